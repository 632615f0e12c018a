/** What a button does: one thing at a time, and what went wrong is heard also by those who went on. */

import { type Signal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { Problem } from "../../net/api";
import { tell } from "../shell/said";
import { sayLate, sayUnsaved } from "./problems";

export interface Work {
  busy: Signal<boolean>;
  /** What went wrong, in words for people; empty where nothing did. */
  trouble: Signal<string>;
  /** Do it, unless it is being done. What is thrown is told as `explain` says, if it says anything. */
  run(doing: () => Promise<void>, explain?: (error: unknown) => string): Promise<void>;
  /** Whether those who began it are still where they were. */
  isOpen(): boolean;
  close(): void;
}

/** `aloud` is for buttons beside which there is no room for what went wrong. */
export function makeWork({ aloud = false } = {}): Work {
  const busy = signal(false);
  const trouble = signal("");
  let open = true;

  async function run(doing: () => Promise<void>, explain = sayUnsaved) {
    if (busy.value) return;
    busy.value = true;
    trouble.value = "";
    try {
      await doing();
    } catch (error) {
      const words = explain(error);
      if (open && !aloud) trouble.value = words;
      else if (words !== "" && !isSignedOut(error)) tell(open ? words : sayLate(words));
    } finally {
      busy.value = false;
    }
  }

  return {
    busy,
    trouble,
    run,
    isOpen: () => open,
    close() {
      open = false;
    },
  };
}

/** Whoever asked is not here any more to hear what became of it. */
function isSignedOut(error: unknown): boolean {
  return error instanceof Problem && error.status === 401;
}

/** The work of a component, closed when that goes. */
export function useWork(how: { aloud?: boolean } = {}): Work {
  const work = useMemo(() => makeWork(how), []);
  useEffect(() => work.close, [work]);
  return work;
}
