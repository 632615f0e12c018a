/** What an import warns of, in words for people. */

import { texts } from "../../i18n";
import type { Datum, ImportReport } from "../api";

const say = texts({
  looks_like_another_datum: [
    "These look like {looks_like}, not {said}: {pairs} places are {off_m} m off by a second source, and {fits_m} m if they are.",
    "这些坐标看起来是 {looks_like}，而不是 {said}：与另一来源相比，{pairs} 个地点相差约 {off_m} 米；若按 {looks_like} 计算，只差约 {fits_m} 米。",
  ],
});

const NAMES: Record<Datum, string> = { wgs84: "WGS-84", gcj02: "GCJ-02", bd09: "BD-09" };

/** A warning of a report; one that nobody foresaw stays as the API said it. */
export function sayWarning(warning: ImportReport["warnings"][number]): string {
  const { code, message, said, looks_like, pairs, off_m, fits_m } = warning;
  if (code !== "looks_like_another_datum" || !said || !looks_like) return message;
  return say(code, {
    said: NAMES[said],
    looks_like: NAMES[looks_like],
    pairs: pairs ?? 0,
    off_m: Math.round(off_m ?? 0),
    fits_m: Math.round(fits_m ?? 0),
  });
}
