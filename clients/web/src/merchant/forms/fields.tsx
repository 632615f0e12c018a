/** One field: its label, a hint, what it takes, and what is wrong with it. */

import type { ComponentChildren } from "preact";
import { language } from "../../i18n";
import { explain } from "./explain";
import type { Entries, Form } from "./form";

interface Field<Values extends Entries> {
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

/** The frame around any control; `children` draws the control with what wires it to its label. */
export function Labelled<Values extends Entries>({
  form,
  name,
  label,
  hint,
  children,
}: Field<Values> & { children: (wired: Wired) => ComponentChildren }) {
  const id = idOf(form, name);
  const error = form.errors.value[name];
  const about = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return (
    <div class={error ? "field wrong" : "field"}>
      <label for={id}>{label}</label>
      {children({
        id,
        name,
        "aria-invalid": error !== undefined,
        "aria-describedby": about || undefined,
      })}
      <Notes id={id} error={error} hint={hint} />
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
            value={String(form.values.value[name])}
            onInput={(event) => form.put(name, event.currentTarget.value)}
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
      {(wired) => (
        <input
          {...wired}
          type="datetime-local"
          value={String(form.values.value[name])}
          onInput={(event) => form.put(name, event.currentTarget.value)}
        />
      )}
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
            value={String(form.values.value[name])}
            onInput={(event) => form.put(name, event.currentTarget.value)}
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
      {(wired) => (
        <textarea
          {...wired}
          rows={3}
          value={String(form.values.value[name])}
          onInput={(event) => form.put(name, event.currentTarget.value)}
        />
      )}
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
  const id = idOf(form, name);
  const error = form.errors.value[name];
  const about = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return (
    <div class={error ? "field wrong" : "field"}>
      <label class="check" for={id}>
        <input
          id={id}
          type="checkbox"
          checked={form.values.value[name] === true}
          aria-invalid={error !== undefined}
          aria-describedby={about || undefined}
          onChange={(event) => form.put(name, event.currentTarget.checked)}
        />
        {label}
      </label>
      <Notes id={id} error={error} hint={hint} />
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
