/** Asking again and again, but only while somebody looks. */

import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

export interface Polled<Answer> {
  answer: Answer | null;
  /** What became of the last try; the answer is the one before it. */
  trouble: unknown;
  at_ms: number;
}

/** The newest answer, asked again `every_ms` after it came, while the page is in view. */
export function usePolling<Answer>(
  ask: () => Promise<Answer>,
  every_ms: number,
): Signal<Polled<Answer>> {
  const now = useSignal<Polled<Answer>>({ answer: null, trouble: null, at_ms: 0 });
  useEffect(() => {
    let timer = 0;
    let left = false;
    let asking = false;
    const look = async () => {
      clearTimeout(timer);
      if (left || asking || document.hidden) return;
      asking = true;
      try {
        now.value = { answer: await ask(), trouble: null, at_ms: Date.now() };
      } catch (trouble) {
        now.value = { ...now.peek(), trouble };
      }
      asking = false;
      if (!left && !document.hidden) timer = window.setTimeout(look, every_ms);
    };
    document.addEventListener("visibilitychange", look);
    look();
    return () => {
      left = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  return now;
}
