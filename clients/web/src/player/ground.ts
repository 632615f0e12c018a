/** Distances in metres and bearings in degrees, on a ground that is flat for a few kilometres. */

const METRES_PER_DEG = 111_195;
const DEG = Math.PI / 180;

export interface Spot {
  lat: number;
  lon: number;
}

/** From 0 up to 360, clockwise from north. */
export function whole(deg: number): number {
  return ((deg % 360) + 360) % 360;
}

/** How far to turn from one bearing to another: from -180 up to 180, to the right above 0. */
export function turn(from_deg: number, to_deg: number): number {
  const right = whole(to_deg - from_deg);
  return right > 180 ? right - 360 : right;
}

function steps(from: Spot, to: Spot): [north_m: number, east_m: number] {
  const shrink = Math.cos(((from.lat + to.lat) / 2) * DEG);
  const east_deg = turn(from.lon, to.lon);
  return [(to.lat - from.lat) * METRES_PER_DEG, east_deg * shrink * METRES_PER_DEG];
}

export function distanceM(from: Spot, to: Spot): number {
  return Math.hypot(...steps(from, to));
}

export function bearingDeg(from: Spot, to: Spot): number {
  const [north_m, east_m] = steps(from, to);
  return whole(Math.atan2(east_m, north_m) / DEG);
}

export function moved(from: Spot, north_m: number, east_m: number): Spot {
  return {
    lat: from.lat + north_m / METRES_PER_DEG,
    lon: from.lon + east_m / METRES_PER_DEG / Math.cos(from.lat * DEG),
  };
}

export type Seen<Thing> = Thing & { distance_m: number; bearing_deg: number };

/** Things with how far and which way they are, the nearest first. */
export function byDistance<Thing extends Spot>(here: Spot, things: Iterable<Thing>): Seen<Thing>[] {
  return [...things]
    .map((thing) => ({
      ...thing,
      distance_m: distanceM(here, thing),
      bearing_deg: bearingDeg(here, thing),
    }))
    .sort((a, b) => a.distance_m - b.distance_m);
}

/** Another must be nearer by so much to take the place of what was the nearest: receivers waver. */
const STEADY_M = 6;

/** The nearest of things in order of distance, or still the one of before. */
export function steadyNearest<Thing extends { id: string; distance_m: number }>(
  sorted: readonly Thing[],
  before: string | null,
): Thing | null {
  const [first] = sorted;
  if (first === undefined) return null;
  const last = sorted.find(({ id }) => id === before);
  return last !== undefined && last.distance_m < first.distance_m + STEADY_M ? last : first;
}

/** One of eight: 0 north, 1 north-east ... 7 north-west. */
export function octant(bearing_deg: number): number {
  return Math.round(whole(bearing_deg) / 45) % 8;
}
