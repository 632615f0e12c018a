/** A form: what stands in its fields, what is wrong with them, and how it is saved. */

import { type Signal, signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { language } from "../../i18n";
import { Problem } from "../../net/api";
import type { FieldError } from "../api";
import { fieldErrors } from "../client";
import { go } from "../route";
import { tell } from "../shell/said";
import { explain } from "./explain";
import { sayProblem, sayRefused, sayUnsaved } from "./problems";
import { makeWork } from "./work";

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
  /** Whoever filled it in has gone on: what becomes of it is only said. */
  close(): void;
}

/** What came of a save. */
export interface Saved<Values> {
  said: string;
  /** What stands in the form from now on, unless somebody has gone on writing. */
  values?: Values;
  /** Where those who are still here go on. */
  leadsTo?: readonly string[];
}

export type Save<Values> = (values: Values) => Promise<Saved<Values>>;

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
  save: Save<Values>,
  { renamed = {}, needed = () => [] }: Rules<Values> = {},
): Form<Values> {
  const values = signal(start);
  const errors = signal<Record<string, string>>({});
  const failures = signal(0);
  const work = makeWork();
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
    await work.run(async () => {
      const sent = values.value;
      errors.value = {};
      const wrong = [...missing(needed(sent), sent), ...halfWritten(event)];
      if (wrong.length > 0) throw new Problem(422, "invalid", "", { errors: wrong });
      const { said, values: after, leadsTo } = await save(sent);
      tell(said);
      if (after !== undefined && values.value === sent) values.value = after;
      if (leadsTo !== undefined && work.isOpen()) go(...leadsTo);
    }, refused);
  }

  function refused(error: unknown): string {
    errors.value = byField(error, Object.keys(values.value), renamed);
    failures.value += 1;
    const [first] = Object.values(errors.value);
    if (first === undefined) return sayWhole(error);
    return work.isOpen() ? sayProblem(error) : sayRefused(explain(first, language.value));
  }

  const { busy, trouble: failure, close } = work;
  return { id: `form${made}`, values, errors, failure, failures, busy, put, submit, close };
}

/**
 * A form of a component, the same as long as `about` is. It is saved as the component last said: what
 * it compares with, such as the store as the server has it, is another one after every save.
 */
export function useForm<Values extends Entries>(
  start: () => Values,
  save: Save<Values>,
  about: unknown,
  rules: Rules<Values> = {},
): Form<Values> {
  const now = useRef(save);
  now.current = save;
  const form = useMemo(() => makeForm(start(), (values) => now.current(values), rules), [about]);
  useEffect(() => form.close, [form]);
  return form;
}

function missing<Values extends Entries>(
  needed: (keyof Values & string)[],
  values: Values,
): FieldError[] {
  const empty = needed.filter((name) => values[name] === "");
  return empty.map((field) => ({ field, message: "is missing" }));
}

/**
 * The fields of a form that hold something that the browser cannot read, such as half a date. It
 * gives them out as empty, and nothing in a field means something else: no start is at once.
 */
function halfWritten(event: Event | undefined): FieldError[] {
  const form = event?.currentTarget as Pick<HTMLFormElement, "elements"> | null | undefined;
  const fields = Array.from(form?.elements ?? []) as HTMLInputElement[];
  const bad = fields.filter((field) => field.validity?.badInput);
  return bad.map(({ name }) => ({ field: name, message: "is no whole date and time" }));
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
