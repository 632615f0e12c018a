/** Where things stand around the camera, and how a box flies. East is +x, up +y, south +z; metres. */

export interface Vector {
  x: number;
  y: number;
  z: number;
}

const RADIANS = Math.PI / 180;

/** How far a cat may stand away and still be seen well, and how near without filling the view. */
export const NEAREST_M = 1.9;
export const FARTHEST_M = 3.2;

/** How far away a cat is drawn: as far as it is, within what can be seen. */
export function shown_m(distance_m: number): number {
  return Math.min(FARTHEST_M, Math.max(NEAREST_M, distance_m));
}

/** The point of the ground at a bearing (degrees clockwise from north) and a distance. */
export function standing(bearing_deg: number, distance_m: number): Vector {
  const angle = bearing_deg * RADIANS;
  return { x: distance_m * Math.sin(angle), y: 0, z: -distance_m * Math.cos(angle) };
}

/** The direction of a gaze, of length 1. */
export function direction(heading_deg: number, pitch_deg: number): Vector {
  const pitch = pitch_deg * RADIANS;
  const { x, z } = standing(heading_deg, Math.cos(pitch));
  return { x, y: Math.sin(pitch), z };
}

/** Degrees between two directions; 0 for one without a length. */
export function between_deg(one: Vector, other: Vector): number {
  const lengths = Math.hypot(one.x, one.y, one.z) * Math.hypot(other.x, other.y, other.z);
  if (lengths === 0) return 0;
  const cosine = (one.x * other.x + one.y * other.y + one.z * other.z) / lengths;
  return Math.acos(Math.min(1, Math.max(-1, cosine))) / RADIANS;
}

/** The turn from one bearing to another: -180 to 180 degrees, positive clockwise. */
export function turn_deg(from_deg: number, to_deg: number): number {
  return ((((to_deg - from_deg + 180) % 360) + 360) % 360) - 180;
}

/** How far from its place a cat strays to either side. */
const STRAY_M = 0.4;
/** It stays somewhere, then hops on. */
const STAY_S = 2.6;
const HOP_S = 0.7;
/** Where it is by turns, in parts of the way that it strays. */
const STOPS = [0, 0.7, 0.1, -0.8, -0.2, 1, -0.5, 0.4, -1];

/** How far beside its place a cat is at a moment, to its right, and how high it hops. */
export function strayed(at_s: number): { aside_m: number; up_m: number } {
  const round = STAY_S + HOP_S;
  const turn = Math.floor(at_s / round);
  const stop = (n: number) => STRAY_M * (STOPS[n % STOPS.length] ?? 0);
  const part = Math.max(0, (at_s - turn * round - STAY_S) / HOP_S);
  const aside_m = stop(turn) + (stop(turn + 1) - stop(turn)) * part * part * (3 - 2 * part);
  return { aside_m, up_m: 0.16 * Math.abs(Math.sin(part * 2 * Math.PI)) };
}

/** Where a point of the ground is seen from the camera. */
export function seenAt({ x, z }: Vector): { bearing_deg: number; distance_m: number } {
  return { bearing_deg: Math.atan2(x, -z) / RADIANS, distance_m: Math.hypot(x, z) };
}
