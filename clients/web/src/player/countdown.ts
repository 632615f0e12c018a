/** Waiting in words: what is left until a moment, and a clock that runs only while someone looks. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** Whole seconds that are left, never below 0; the last one counts until it is over. */
export function secondsLeft(until_ms: number, now_ms: number): number {
  return Math.max(0, Math.ceil((until_ms - now_ms) / 1000));
}

/** `45 s`, `3:05`, `2:00:00`. */
export function clockText(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

const now_ms = signal(Date.now());
let watchers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** The time, for a component that is drawn anew four times a second while it is shown. */
export function useNowMs(): number {
  useEffect(() => {
    if (watchers++ === 0) {
      now_ms.value = Date.now();
      timer = setInterval(() => {
        now_ms.value = Date.now();
      }, 250);
    }
    return () => {
      if (--watchers === 0) clearInterval(timer);
    };
  }, []);
  return now_ms.value;
}
