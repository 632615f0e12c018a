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
