/** A finger's way over the screen, and the flick that it ends in. Pure: positions come with their time. */

import type { Flick } from "../cats";

export interface Touch {
  x: number;
  y: number;
  at_ms: number;
}

/** Only the end of the way counts: whoever draws back first throws all the same. */
const LATELY_MS = 120;
const REST_MS = 350;
export const TAP_PX = 12;

/** Heights of the stage per second: in the middle of what carries to a cat (cats/types.ts). */
const ORDINARY = 2.7;

/** What a button throws, for those who do not flick: straight, and as far as it takes. */
export function straight(stage_px: number): Flick {
  return { dx: 0, dy: -stage_px / 4, speed: stage_px * ORDINARY };
}

/** The flick at the end of a way; null for a tap, or for a finger that came to rest. */
export function flickOf(way: readonly Touch[]): Flick | null {
  const up = way.at(-1);
  if (up === undefined) return null;
  const arrived = way.findIndex(({ x, y }, i) =>
    way.slice(i).every((at) => at.x === x && at.y === y),
  );
  const end = way[arrived] ?? up;
  if (up.at_ms - end.at_ms > REST_MS) return null;
  const lately = way.slice(0, arrived).filter(({ at_ms }) => end.at_ms - at_ms <= LATELY_MS);
  const from = lately[0] ?? way[arrived - 1] ?? end; // a slow phone says little of the way
  const [dx, dy] = [end.x - from.x, end.y - from.y];
  const far_px = Math.hypot(dx, dy);
  if (far_px < TAP_PX) return null;
  return { dx, dy, speed: (far_px / Math.max(1, end.at_ms - from.at_ms)) * 1_000 };
}
