/** A store as it stands in its form, and as the API takes it. */

import type { Datum, NewStore, Store } from "../api";
import { fromWgs84, type Place, toWgs84 } from "../datum";
import { line, number, written } from "../forms/numbers";

export type StoreValues = {
  name: string;
  ref: string;
  address: string;
  lat: string;
  lon: string;
  datum: string;
  timezone: string;
  opening_hours: string;
  catch_m: string;
  active: boolean;
  /** Whether the numbers of the place are the map's rather than somebody's. */
  mapped: boolean;
};

export const USUAL_CATCH_M = 40;

export function blank(place: Place | null): StoreValues {
  return {
    name: "",
    ref: "",
    address: "",
    lat: place ? degrees(place.lat) : "",
    lon: place ? degrees(place.lon) : "",
    datum: "wgs84",
    timezone: "",
    opening_hours: "",
    catch_m: "",
    active: true,
    mapped: place !== null,
  };
}

export function valuesOf(store: Store): StoreValues {
  return {
    name: store.name,
    ref: store.ref ?? "",
    address: store.address ?? "",
    lat: degrees(store.lat),
    lon: degrees(store.lon),
    datum: store.datum,
    timezone: store.timezone,
    opening_hours: store.opening_hours ?? "",
    catch_m: written(store.catch_m),
    active: store.state === "active",
    mapped: true,
  };
}

/** The whole of a store to be; what is not said is left to the server. */
export function newStore(values: StoreValues): NewStore {
  const said = everythingOf(values);
  return Object.fromEntries(
    Object.entries(said).filter(([, value]) => value !== null && value !== undefined),
  );
}

/** What of a store is to change: only that. A place that moves goes with its datum. */
export function changesOf(values: StoreValues, before: Store): Partial<NewStore> {
  const said: Record<string, unknown> = { ...everythingOf(values) };
  const was = everythingOf(valuesOf(before)) as Record<string, unknown>;
  const changed = Object.keys(said).filter((name) => said[name] !== was[name]);
  const moved = changed.includes("lat") || changed.includes("lon");
  const names = new Set([...changed, ...(moved ? ["lat", "lon", "datum"] : [])]);
  // Of these nothing is meant by nothing: they stay.
  for (const name of ["timezone", "catch_m"]) if (said[name] === null) names.delete(name);
  return Object.fromEntries([...names].map((name) => [name, said[name]]));
}

function everythingOf(values: StoreValues): Partial<NewStore> {
  return {
    name: values.name.trim(),
    ref: line(values.ref),
    address: line(values.address),
    lat: number(values.lat) as number,
    lon: number(values.lon) as number,
    datum: values.datum as Datum,
    timezone: line(values.timezone) as string,
    opening_hours: line(values.opening_hours),
    catch_m: number(values.catch_m) as number,
    state: values.active ? "active" : "paused",
  };
}

/** Where the form's place is on a map; null while it says none. */
export function onMap(values: StoreValues): Place | null {
  const lat = number(values.lat);
  const lon = number(values.lon);
  if (typeof lat !== "number" || typeof lon !== "number") return null;
  if (Math.abs(lat) > 90 || Math.abs(lon) > 180) return null;
  return toWgs84(values.datum as Datum, { lat, lon });
}

/** The form with its place where somebody has put it on the map. */
export function placed(values: StoreValues, place: Place): StoreValues {
  const told = fromWgs84(values.datum as Datum, place);
  return { ...values, lat: degrees(told.lat), lon: degrees(told.lon), mapped: true };
}

/**
 * The form in another datum. A place from the map stays where it is; numbers that somebody typed
 * stay what they are, and so mean another place.
 */
export function inDatum(values: StoreValues, datum: Datum): StoreValues {
  const place = values.mapped ? onMap(values) : null;
  const said = { ...values, datum };
  return place === null ? said : placed(said, place);
}

/** Degrees to seven decimals, about a centimetre. */
export function degrees(value: number): string {
  return String(Number(value.toFixed(7)));
}
