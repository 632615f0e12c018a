/** A question whose answer is shown: of those asked one after another only the last one counts. */

import { type Signal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { NoAnswer, Problem } from "../net/api";

export interface Asked<Answer> {
  /** Null while there is none. */
  answer: Signal<Answer | null>;
  /** Why there is none; null where nothing is wrong. */
  trouble: Signal<unknown>;
  /** Whether the answer is still to come. */
  isOpen: Signal<boolean>;
  /** What was asked before counts no more, whenever its answer comes. */
  ask(question: () => Promise<Answer>): Promise<void>;
  /** Nor does what was asked last. */
  drop(): void;
}

/** With `keeps` the last answer is shown until there is another one. */
export function makeAsked<Answer>({ keeps = false } = {}): Asked<Answer> {
  const answer = signal<Answer | null>(null);
  const trouble = signal<unknown>(null);
  const isOpen = signal(false);
  let last = 0;

  async function ask(question: () => Promise<Answer>) {
    last += 1;
    const mine = last;
    if (!keeps) answer.value = null;
    trouble.value = null;
    isOpen.value = true;
    try {
      const found = await question();
      if (mine === last) answer.value = found;
    } catch (error) {
      if (mine === last) {
        answer.value = null;
        trouble.value = error;
      }
      if (!(error instanceof Problem || error instanceof NoAnswer)) throw error;
    } finally {
      if (mine === last) isOpen.value = false;
    }
  }

  function drop() {
    last += 1;
    isOpen.value = false;
  }

  return { answer, trouble, isOpen, ask, drop };
}

/** A question of a component, asked anew whenever `about` changes. */
export function useAsked<Answer>(
  question: () => Promise<Answer>,
  about: readonly unknown[],
): Asked<Answer> {
  const asked = useMemo(() => makeAsked<Answer>(), []);
  useEffect(() => {
    void asked.ask(question);
    return asked.drop;
  }, about);
  return asked;
}
