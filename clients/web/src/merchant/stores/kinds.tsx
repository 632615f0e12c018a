/** Which kinds of cats a plan brings. */

import { language, texts } from "../../i18n";
import type { Form } from "../forms/form";
import { species } from "../shop";
import { type PlanValues, weightsOf, withKind } from "./plan";

const say = texts({
  kinds: ["Kinds of cats", "猫的种类"],
  hint: ["Rare ones stay rare among those that you choose.", "稀有的猫在所选种类中仍然稀有。"],
  one: ["Choose at least one.", "请至少选择一种。"],
});

export function Kinds({ form }: { form: Form<PlanValues> }) {
  const kinds = species.value;
  const weights = weightsOf(form.values.value, kinds);
  const chosen = Object.keys(weights).length;
  const error = form.errors.value.species;
  return (
    <fieldset class={error ? "kinds wrong" : "kinds"} id={`${form.id}-species`} tabIndex={-1}>
      <legend>{say("kinds")}</legend>
      {error && <p class="error">{say("one")}</p>}
      <div class="cats">
        {kinds.map((kind) => (
          <label key={kind.id} class="kind">
            <input
              type="checkbox"
              checked={kind.id in weights}
              disabled={chosen === 1 && kind.id in weights}
              onChange={(event) => {
                const on = event.currentTarget.checked;
                form.values.value = withKind(form.values.value, kinds, kind.id, on);
              }}
            />
            <img src={`/art/${kind.id}.svg`} alt="" width={48} height={48} loading="lazy" />
            <span>{language.value === "zh" ? kind.name_zh : kind.name_en}</span>
          </label>
        ))}
      </div>
      <p class="hint">{say("hint")}</p>
    </fieldset>
  );
}
