/** Where the player looks on the camera screen: by the phone's compass, or dragged where it has none. */

import { computed, signal } from "@preact/signals";
import type { Facing } from "./facing";
import { whole } from "./ground";
import { compass, hunt } from "./state";

const PITCH_MAX_DEG = 60;
/** Where a drag begins: the cat is in view, and not quite in the middle. */
const ASIDE_DEG = 5;
const LOW_DEG = -8;

const dragged = signal<Facing | null>(null);
/** While a button throws, it also takes aim: for those who cannot turn. */
const isHelped = signal(false);

export const gaze = computed<Facing>(() => {
  const bearing_deg = hunt.value?.bearing_deg ?? 0;
  if (isHelped.value) return { heading_deg: bearing_deg, pitch_deg: LOW_DEG };
  return (
    dragged.value ??
    compass.value ?? { heading_deg: whole(bearing_deg - ASIDE_DEG), pitch_deg: LOW_DEG }
  );
});

/** Turn by hand. */
export function drag(right_deg: number, up_deg: number): void {
  const { heading_deg, pitch_deg } = gaze.peek();
  const pitch = Math.max(-PITCH_MAX_DEG, Math.min(PITCH_MAX_DEG, pitch_deg + up_deg));
  dragged.value = { heading_deg: whole(heading_deg + right_deg), pitch_deg: pitch };
}

export function help(isOn: boolean): void {
  isHelped.value = isOn;
}

/** A new hunt: look where the phone does. */
export function lookAhead(): void {
  dragged.value = null;
  isHelped.value = false;
}
