/** Which way the phone points, where it says so and may be asked. */

import { eased, facing } from "./facing";
import { turn } from "./ground";
import { compass } from "./state";

interface WithCompass extends DeviceOrientationEvent {
  /** Safari's: clockwise from north. */
  webkitCompassHeading?: number;
}

interface Asking {
  requestPermission?: () => Promise<"granted" | "denied">;
}

const STEADY = 0.35;
const WORTH_DEG = 0.6;

let isListening = false;

/**
 * Begin to listen; from a tap, for iOS asks the person then. Whether they agreed, or nobody had to
 * be asked; a device without a sensor agrees too and never says anything.
 */
export async function startCompass(): Promise<boolean> {
  if (isListening) return true;
  if (typeof DeviceOrientationEvent === "undefined") return false;
  const { requestPermission } = DeviceOrientationEvent as unknown as Asking;
  if (requestPermission !== undefined) {
    try {
      if ((await requestPermission.call(DeviceOrientationEvent)) !== "granted") return false;
    } catch {
      return false; // not from a tap
    }
  }
  isListening = true;
  addEventListener("deviceorientationabsolute", heard as EventListener);
  addEventListener("deviceorientation", heard as EventListener);
  return true;
}

function heard(event: WithCompass): void {
  const { beta, gamma, webkitCompassHeading } = event;
  // Without a compass alpha counts from wherever the phone was: that is no direction.
  const alpha =
    webkitCompassHeading === undefined
      ? event.absolute
        ? event.alpha
        : null
      : 360 - webkitCompassHeading;
  if (alpha === null || beta === null || gamma === null) return;
  const now = facing({ alpha, beta, gamma });
  const before = compass.value;
  const next = before === null ? now : eased(before, now, STEADY);
  const is_worth_it =
    before === null ||
    Math.abs(turn(before.heading_deg, next.heading_deg)) > WORTH_DEG ||
    Math.abs(before.pitch_deg - next.pitch_deg) > WORTH_DEG;
  if (is_worth_it) compass.value = next;
}
