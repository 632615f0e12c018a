/** One field: its label, a hint, what it takes, and what is wrong with it. */

import type { ComponentChildren } from "preact";
import { language } from "../../i18n";
import { explain } from "./explain";
import type { Entries, Form } from "./form";

export interface Field<Values extends Entries> {
  form: Form<Values>;
  name: keyof Values & string;
  label: string;
  hint?: ComponentChildren;
}

interface Wired {
  id: string;
  name: string;
  "aria-invalid": boolean;
  "aria-describedby": string | undefined;
}

export function idOf<Values extends Entries>(form: Form<Values>, name: string): string {
  return `${form.id}-${name.replace(/\W/g, "-")}`;
}

/** What a field of a form is given: `{...at("stock")}`. */
export function fieldsOf<Values extends Entries, Name extends keyof Values & string>(
  form: Form<Values>,
  labels: Record<Name, string>,
): (name: Name) => Field<Values> {
  return (name) => ({ form, name, label: labels[name] });
}

/** What ties a control to its label, its hint, and what is wrong with it. */
function wire<Values extends Entries>({ form, name, hint }: Omit<Field<Values>, "label">): Wired {
  const id = idOf(form, name);
  const isWrong = form.errors.value[name] !== undefined;
  const about = [isWrong && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return { id, name, "aria-invalid": isWrong, "aria-describedby": about || undefined };
}

/** A control in which somebody writes. */
export function typed<Values extends Entries>(form: Form<Values>, name: keyof Values) {
  return {
    value: String(form.values.value[name]),
    onInput: (event: { currentTarget: { value: string } }) =>
      form.put(name, event.currentTarget.value),
  };
}

/** The frame around any control; `children` draws the control with what wires it to its label. */
export function Labelled<Values extends Entries>({
  form,
  name,
  label,
  hint,
  children,
}: Field<Values> & { children: (wired: Wired) => ComponentChildren }) {
  const wired = wire({ form, name, hint });
  const error = form.errors.value[name];
  return (
    <div class={error ? "field wrong" : "field"}>
      <label for={wired.id}>{label}</label>
      {children(wired)}
      <Notes id={wired.id} error={error} hint={hint} />
    </div>
  );
}

export function TextField<Values extends Entries>({
  suggested,
  ...field
}: Field<Values> & { suggested?: readonly string[] }) {
  const { form, name } = field;
  const list = `${idOf(form, name)}-list`;
  return (
    <Labelled {...field}>
      {(wired) => (
        <>
          <input
            {...wired}
            type="text"
            {...(suggested ? { list } : {})}
            autocomplete="off"
            {...typed(form, name)}
          />
          {suggested && (
            <datalist id={list}>
              {suggested.map((each) => (
                <option key={each} value={each} />
              ))}
            </datalist>
          )}
        </>
      )}
    </Labelled>
  );
}

export function MomentField<Values extends Entries>(field: Field<Values>) {
  const { form, name } = field;
  return (
    <Labelled {...field}>
      {(wired) => <input {...wired} type="datetime-local" {...typed(form, name)} />}
    </Labelled>
  );
}

export function NumberField<Values extends Entries>({
  unit,
  whole,
  ...field
}: Field<Values> & { unit?: string; whole?: boolean }) {
  const { form, name } = field;
  return (
    <Labelled {...field}>
      {(wired) => (
        <span class="with-unit">
          <input
            {...wired}
            type="text"
            inputMode={whole ? "numeric" : "decimal"}
            autocomplete="off"
            {...typed(form, name)}
          />
          {unit && <span class="unit">{unit}</span>}
        </span>
      )}
    </Labelled>
  );
}

export function LinesField<Values extends Entries>(field: Field<Values>) {
  const { form, name } = field;
  return (
    <Labelled {...field}>
      {(wired) => <textarea {...wired} rows={3} {...typed(form, name)} />}
    </Labelled>
  );
}

export function ChoiceField<Values extends Entries>({
  choices,
  ...field
}: Field<Values> & { choices: readonly (readonly [value: string, label: string])[] }) {
  const { form, name } = field;
  return (
    <Labelled {...field}>
      {(wired) => (
        <select
          {...wired}
          value={String(form.values.value[name])}
          onChange={(event) => form.put(name, event.currentTarget.value)}
        >
          {choices.map(([value, label]) => (
            <option key={value} value={value} selected={value === form.values.value[name]}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}

export function CheckField<Values extends Entries>(field: Field<Values>) {
  const { form, name, label, hint } = field;
  const wired = wire({ form, name, hint });
  const error = form.errors.value[name];
  return (
    <div class={error ? "field wrong" : "field"}>
      <label class="check" for={wired.id}>
        <input
          {...wired}
          type="checkbox"
          checked={form.values.value[name] === true}
          onChange={(event) => form.put(name, event.currentTarget.checked)}
        />
        {label}
      </label>
      <Notes id={wired.id} error={error} hint={hint} />
    </div>
  );
}

/** What is wrong with a field, and what is to be known of it. */
function Notes({
  id,
  error,
  hint,
}: {
  id: string;
  error: string | undefined;
  hint: ComponentChildren;
}) {
  return (
    <>
      {error && (
        <p class="error" id={`${id}-error`}>
          {explain(error, language.value)}
        </p>
      )}
      {hint && (
        <div class="hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
    </>
  );
}
