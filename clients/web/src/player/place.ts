/** Where the player is: the browser's geolocation, or a walker who is made up (practice.ts). */

import type { FixFields } from "../net";
import type { PlaceTrouble } from "./state";

/** What a source tells. */
export interface Told {
  fix(fix: FixFields): void;
  trouble(trouble: PlaceTrouble): void;
}

export interface PlaceSource {
  /** Ask for a position of now; comes back once there is one, or there will be none. */
  fresh(): Promise<void>;
  stop(): void;
}

const TIMEOUT_MS = 20_000;
const FRESH_WITHIN_MS = 8_000;

/** A position as the wire has it. Nothing is smoothed or rounded: docs/clients.md. */
export function fixOf({ coords, timestamp }: GeolocationPosition): FixFields {
  const fix: FixFields = {
    lat: coords.latitude,
    lon: coords.longitude,
    accuracy_m: coords.accuracy,
    at_ms: timestamp,
  };
  if (coords.speed !== null && coords.speed >= 0) fix.speed_mps = coords.speed;
  if (coords.heading !== null && !Number.isNaN(coords.heading)) fix.heading_deg = coords.heading;
  return fix;
}

const TROUBLES: Readonly<Record<number, PlaceTrouble>> = {
  1: "denied",
  2: "unavailable",
  3: "timeout",
};

/** The device's own. Watches until it is stopped, also through trouble. */
export function geolocated(told: Told): PlaceSource {
  if (!("geolocation" in navigator) || !isSecureContext) {
    told.trouble("unsupported");
    return { fresh: async () => undefined, stop: () => undefined };
  }
  const heard = (position: GeolocationPosition) => told.fix(fixOf(position));
  const failed = ({ code }: GeolocationPositionError) =>
    told.trouble(TROUBLES[code] ?? "unavailable");
  const watch = navigator.geolocation.watchPosition(heard, failed, {
    enableHighAccuracy: true,
    maximumAge: 0,
    timeout: TIMEOUT_MS,
  });
  return {
    fresh: () =>
      new Promise((done) =>
        navigator.geolocation.getCurrentPosition(
          (position) => {
            heard(position);
            done();
          },
          (error) => {
            if (error.code === error.PERMISSION_DENIED) failed(error);
            done();
          },
          { enableHighAccuracy: true, maximumAge: 0, timeout: FRESH_WITHIN_MS },
        ),
      ),
    stop: () => navigator.geolocation.clearWatch(watch),
  };
}

/** Call when the person changes their mind about the location in the browser's settings. */
export async function onPermission(changed: (isGranted: boolean) => void): Promise<void> {
  try {
    const status = await navigator.permissions.query({ name: "geolocation" });
    status.onchange = () => changed(status.state === "granted");
  } catch {
    // some browsers can't say; then the button "try again" is the way
  }
}
