/** A finger's way over the screen, and the flick that it ends in. Positions come with their time. */

import type { Flick, Stage } from "../cats";

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

/** A flight takes a second or two; one that has no end is a miss. */
const FLIGHT_MS = 5_000;
/** Throws that are waited for: a stage has one box, so a later throw may get an earlier one's outcome. */
let waiting = 0;

/** What became of a throw. A stage that fails, or says nothing for so long, is no reason to wait. */
export async function landed(stage: Stage, flick: Flick): Promise<"hit" | "miss"> {
  let is_late = false;
  waiting++;
  const flight = stage.flick(flick).then(
    (outcome) => {
      if (is_late && outcome === "hit" && waiting === 0) stage.missed(); // nobody waits for it
      return outcome;
    },
    () => "miss" as const,
  );
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"miss">((done) => {
    timer = setTimeout(() => {
      is_late = true;
      done("miss");
    }, FLIGHT_MS);
  });
  const outcome = await Promise.race([flight, late]);
  clearTimeout(timer);
  waiting--;
  return outcome;
}
