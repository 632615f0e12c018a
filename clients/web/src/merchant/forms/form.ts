/** A form: what stands in its fields, what is wrong with them, and how it is sent. */

import { type Signal, signal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { Problem } from "../../net/api";
import { newId } from "../../net/ids";
import { fieldErrors } from "../client";
import { sayIncomplete, sayProblem, sayUnsaved } from "./problems";

export type Entry = string | boolean;
export type Entries = Record<string, Entry>;

export interface Form<Values extends Entries> {
  id: string;
  values: Signal<Values>;
  /** What is wrong with a field, as the API said it, by the field's name. */
  errors: Signal<Record<string, string>>;
  /** What is wrong with the whole, in words for people; empty where nothing is. */
  failure: Signal<string>;
  /** Grows with every attempt that failed, also where the same is wrong as before. */
  failures: Signal<number>;
  busy: Signal<boolean>;
  put(name: keyof Values, value: Entry): void;
  submit(event?: Event): Promise<void>;
}

/**
 * Sends what stands in a form; `once` is the same as long as that is. Its answer, if it gives one, is
 * what stands there afterwards.
 */
export type Send<Values> = (values: Values, once: string) => Promise<Values | undefined>;

let made = 0;

export interface Rules<Values> {
  /** Fields of the API that stand in a form under another name. */
  renamed?: Renamed;
  /**
   * The fields that must not be empty, by what else stands there. The API says one fault at a time:
   * who has filled in nothing yet hears of all of them at once.
   */
  needed?: (values: Values) => (keyof Values & string)[];
}

type Renamed = Record<string, string>;

export function makeForm<Values extends Entries>(
  start: Values,
  send: Send<Values>,
  { renamed = {}, needed = () => [] }: Rules<Values> = {},
): Form<Values> {
  const values = signal(start);
  const errors = signal<Record<string, string>>({});
  const failure = signal("");
  const failures = signal(0);
  const busy = signal(false);
  let sent: Values | null = null;
  let once = newId();
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
    failure.value = "";
    errors.value = {
      ...Object.fromEntries(
        needed(values.value)
          .filter((name) => values.value[name] === "")
          .map((name) => [name, "is missing"]),
      ),
      ...halfWritten(event),
    };
    if (Object.keys(errors.value).length > 0) {
      failure.value = sayIncomplete();
      failures.value += 1;
      return;
    }
    busy.value = true;
    if (sent !== values.value) once = newId();
    sent = values.value;
    try {
      const after = await send(values.value, once);
      if (after !== undefined) values.value = after;
      sent = null;
    } catch (error) {
      if (isOver(error)) sent = null;
      errors.value = byField(error, Object.keys(values.value), renamed);
      failures.value += 1;
      failure.value = Object.keys(errors.value).length === 0 ? sayWhole(error) : sayProblem(error);
    } finally {
      busy.value = false;
    }
  }

  return { id: `form${made}`, values, errors, failure, failures, busy, put, submit };
}

/**
 * Whether a request was refused for good, so that the next is another one. "Not now" is no such
 * answer: a try before it, which had none, may have been granted.
 */
function isOver(error: unknown): boolean {
  return error instanceof Problem && error.status < 500 && ![408, 429].includes(error.status);
}

/**
 * A form of a component, the same as long as `about` is. It is sent as the component last said: what
 * it compares with, such as the store as the server has it, is another one after every save.
 */
export function useForm<Values extends Entries>(
  start: () => Values,
  send: Send<Values>,
  about: unknown,
  rules: Rules<Values> = {},
): Form<Values> {
  const now = useRef(send);
  now.current = send;
  return useMemo(() => makeForm(start(), (...sent) => now.current(...sent), rules), [about]);
}

/**
 * The fields of a form that hold something that the browser cannot read, such as half a date. It
 * gives them out as empty, and nothing in a field means something else: no start is at once.
 */
function halfWritten(event: Event | undefined): Record<string, string> {
  const form = event?.currentTarget as Pick<HTMLFormElement, "elements"> | null | undefined;
  const fields = Array.from(form?.elements ?? []) as HTMLInputElement[];
  const bad = fields.filter((field) => field.validity?.badInput);
  return Object.fromEntries(bad.map((field) => [field.name, "is no whole date and time"]));
}

/** The errors of a refusal by the names of a form's fields: `species.boba` is `species`' as well. */
export function byField(
  refused: unknown,
  names: string[],
  renamed: Renamed = {},
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { field: said, message } of fieldErrors(refused)) {
    const field = renamed[said] ?? said;
    const name = names.find((each) => field === each || field.startsWith(`${each}.`));
    if (name !== undefined) found[name] = message;
  }
  return found;
}

/** A refusal that names a field which the form does not have. */
function sayWhole(error: unknown): string {
  const [about] = fieldErrors(error);
  return about ? `${about.field}: ${about.message}` : sayUnsaved(error);
}
