/** The form itself: what is wrong stands on top and is heard first, then the fields, then the way on. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { language } from "../../i18n";
import { explain } from "./explain";
import { idOf } from "./fields";
import type { Entries, Form } from "./form";

interface Sheet<Values extends Entries> {
  form: Form<Values>;
  label: string;
  /** What the fields are called, for the list of what is wrong. */
  labels: Partial<Record<keyof Values & string, string>>;
  action: string;
  children: ComponentChildren;
  beside?: ComponentChildren;
}

export function Sheet<Values extends Entries>({
  form,
  label,
  labels,
  action,
  children,
  beside,
}: Sheet<Values>) {
  return (
    <form class="sheet" aria-label={label} noValidate onSubmit={form.submit}>
      <Faults form={form} labels={labels} />
      {children}
      <div class="actions">
        <button type="submit" class="primary" disabled={form.busy.value}>
          {action}
        </button>
        {beside}
      </div>
    </form>
  );
}

/** The list of what is wrong, each leading to its field; it takes the focus when it appears. */
function Faults<Values extends Entries>({ form, labels }: Pick<Sheet<Values>, "form" | "labels">) {
  const box = useRef<HTMLDivElement>(null);
  const failure = form.failure.value;
  const failures = form.failures.value;
  useEffect(() => {
    if (failures > 0) box.current?.focus();
  }, [failures]);
  if (!failure) return null;
  return (
    <div class="faults" role="alert" tabIndex={-1} ref={box}>
      <p>{failure}</p>
      <ul>
        {Object.entries(form.errors.value).map(([name, message]) => (
          <li key={name}>
            <button
              type="button"
              class="link"
              onClick={() => document.getElementById(idOf(form, name))?.focus()}
            >
              {labels[name] ?? name}: {explain(message, language.value)}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
