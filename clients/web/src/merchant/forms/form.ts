/** A form: what stands in its fields, what is wrong with them, and how it is sent. */

import { type Signal, signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { Refused } from "../client";
import { newOnce } from "../shell/once";
import { sayProblem } from "./problems";

export type Entry = string | boolean;
export type Entries = Record<string, Entry>;

export interface Form<Values extends Entries> {
  id: string;
  values: Signal<Values>;
  /** What is wrong with a field, as the API said it, by the field's name. */
  errors: Signal<Record<string, string>>;
  /** What is wrong with the whole, in words for people; empty where nothing is. */
  failure: Signal<string>;
  busy: Signal<boolean>;
  put(name: keyof Values, value: Entry): void;
  submit(event?: Event): Promise<void>;
}

/** Sends what stands in a form; `once` is the same as long as that is. */
export type Send<Values> = (values: Values, once: string) => Promise<void>;

let made = 0;

export function makeForm<Values extends Entries>(start: Values, send: Send<Values>): Form<Values> {
  const values = signal(start);
  const errors = signal<Record<string, string>>({});
  const failure = signal("");
  const busy = signal(false);
  let sent: Values | null = null;
  let once = newOnce();
  made += 1;

  function put(name: keyof Values, value: Entry) {
    values.value = { ...values.value, [name]: value };
    if ((name as string) in errors.value) {
      const { [name as string]: _, ...others } = errors.value;
      errors.value = others;
    }
  }

  async function submit(event?: Event) {
    event?.preventDefault();
    if (busy.value) return;
    busy.value = true;
    errors.value = {};
    failure.value = "";
    if (sent !== values.value) once = newOnce();
    sent = values.value;
    try {
      await send(values.value, once);
      sent = null;
    } catch (error) {
      if (error instanceof Refused) errors.value = byField(error, Object.keys(values.value));
      failure.value = Object.keys(errors.value).length === 0 ? sayWhole(error) : sayProblem(error);
    } finally {
      busy.value = false;
    }
  }

  return { id: `form${made}`, values, errors, failure, busy, put, submit };
}

/** A form of a component, the same as long as `about` is. */
export function useForm<Values extends Entries>(
  start: () => Values,
  send: Send<Values>,
  about: unknown,
): Form<Values> {
  return useMemo(() => makeForm(start(), send), [about]);
}

/** The errors of a refusal by the names of a form's fields: `species.boba` is `species`' as well. */
export function byField(refused: Refused, names: string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { field, message } of refused.errors) {
    const name = names.find((each) => field === each || field.startsWith(`${each}.`));
    if (name !== undefined) found[name] = message;
  }
  return found;
}

/** A refusal that names a field which the form does not have. */
function sayWhole(error: unknown): string {
  const about = error instanceof Refused ? error.errors[0] : undefined;
  return about ? `${about.field}: ${about.message}` : sayProblem(error);
}
