/** What becomes of a flick. Pure: a flick and where things are in, a flight out. */

import type { Flick } from "./types";
import { standing, turn_deg, type Vector } from "./world";

export interface Flight {
  outcome: "hit" | "miss";
  /** Where the box comes down. */
  landing: Vector;
  duration_s: number;
  /** How far its way is above the straight one, at most. */
  arc_m: number;
}

/** What a flick of one height of the view per second reaches; it grows with the root of the speed. */
const REACH_M = 1.6;
/** A finger goes so many degrees aside for one degree in the world. */
const ASIDE = 0.4;
/** A throw is drawn so far towards the cat, since nobody can judge metres on glass. */
const HELP = 0.6;
/** How far beside and how far before or behind the cat still counts. */
export const BESIDE_DEG = 9;
export const DEPTH_M = 0.6;
/** A box that hits comes down so far before the cat, which then hops in. */
export const BEFORE_M = 0.35;

/** How far along the ground a flick reaches, in metres. */
export function reach_m({ speed }: Flick, viewHeight_px: number): number {
  return Math.min(8, REACH_M * Math.sqrt(Math.max(0, speed) / Math.max(1, viewHeight_px)));
}

/** Where it goes, in degrees clockwise from the view's heading; null for a flick downwards. */
export function aside_deg({ dx, dy }: Flick): number | null {
  if (dy >= 0) return null;
  return ASIDE * Math.atan2(dx, -dy) * (180 / Math.PI);
}

/**
 * The flight of a box. `cat` is where the cat is drawn, or null where there is none. The server
 * decides what is caught: a "hit" here only means that the box has come down on the cat.
 */
export function flightOf(
  flick: Flick,
  view: { height_px: number; heading_deg: number },
  cat: { bearing_deg: number; distance_m: number } | null,
): Flight {
  const aside = aside_deg(flick);
  if (aside === null) {
    const landing = standing(view.heading_deg, 0.9);
    return { outcome: "miss", landing, duration_s: 0.45, arc_m: 0.05 };
  }
  const bearing_deg = view.heading_deg + aside;
  let far_m = reach_m(flick, view.height_px);
  let isHit = false;
  if (cat !== null) {
    const off_m = far_m - cat.distance_m;
    const isAlong = Math.abs(turn_deg(cat.bearing_deg, bearing_deg)) <= BESIDE_DEG;
    if (isAlong) far_m = cat.distance_m + off_m * (1 - HELP);
    isHit = isAlong && Math.abs(far_m - cat.distance_m) <= DEPTH_M;
  }
  const landing =
    isHit && cat !== null
      ? standing(cat.bearing_deg, cat.distance_m - BEFORE_M)
      : standing(bearing_deg, Math.max(0.9, far_m));
  return {
    outcome: isHit ? "hit" : "miss",
    landing,
    duration_s: 0.4 + 0.1 * far_m,
    arc_m: 0.3 + 0.12 * far_m,
  };
}

/** A box on its way from `start`, `part` of its flight (0 to 1) later. */
export function onTheWay(start: Vector, { landing, arc_m }: Flight, part: number): Vector {
  const mix = (from: number, to: number) => from * (1 - part) + to * part;
  return {
    x: mix(start.x, landing.x),
    y: mix(start.y, landing.y) + 4 * arc_m * part * (1 - part),
    z: mix(start.z, landing.z),
  };
}
