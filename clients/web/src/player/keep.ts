/** What stays on this device from visit to visit: JSON under one prefix. Never throws. */

import type { Keep } from "../net";
import { isPractice } from "./mode";

const PREFIX = isPractice ? "catcat.practice." : "catcat.player.";

/** What was kept under a name, or null. Trusted as far as the page itself wrote it. */
export function kept<Value>(name: string): Value | null {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? null : (JSON.parse(text) as Value);
  } catch {
    return null; // storage is switched off, or somebody wrote something else there
  }
}

export function keep(name: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // full, or switched off: the page works without, until it is left
  }
}

export function drop(...names: string[]): void {
  for (const name of names)
    try {
      localStorage.removeItem(PREFIX + name);
    } catch {
      // nothing was kept, then
    }
}

/** For the line's open throw. */
export const throwKeep: Keep = {
  getItem: (name) => kept<string>(name),
  setItem: keep,
  removeItem: (name) => drop(name),
};
