/** How near an event is, and how that is written. */

export const DAY_S = 86_400;
/** How long an event that has begun is celebrated, and then still mentioned. */
export const CHEER_S = 45;
const MENTIONED_S = 3_600;

export type Stage = "none" | "far" | "day" | "hour" | "minute" | "now" | "on";

/** How near the event is, by the seconds until it. */
export function stage(left_s: number | null): Stage {
  if (left_s === null || left_s <= -MENTIONED_S) return "none";
  if (left_s <= -CHEER_S) return "on";
  if (left_s <= 0) return "now";
  if (left_s <= 60) return "minute";
  if (left_s <= 3_600) return "hour";
  return left_s <= DAY_S ? "day" : "far";
}

export function clockFace(seconds: number): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  const end = `${two(minutes % 60)}:${two(seconds % 60)}`;
  return seconds >= 3_600 ? `${two(Math.floor(minutes / 60))}:${end}` : end;
}
