/** How many players came how far, a row for each store or hour. */

import { language, texts } from "../../i18n";
import { count } from "../shell/money";
import { STEPS, type Steps } from "./funnel";

const say = texts({
  seen: ["seen", "看见"],
  approached: ["approached", "靠近"],
  caught: ["caught", "捉到"],
  redeemed: ["redeemed", "核销"],
});

export const stepName = (step: keyof Steps) => say(step);

interface Table {
  /** What the rows are of. */
  of: string;
  rows: { key: string | number; name: string; steps: Steps }[];
}

export function StepsTable({ of, rows }: Table) {
  return (
    <table>
      <thead>
        <tr>
          <th>{of}</th>
          {STEPS.map((step) => (
            <th key={step} class="number">
              {say(step)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, name, steps }) => (
          <tr key={key}>
            <td>{name}</td>
            {STEPS.map((step) => (
              <td key={step} class="number">
                {count(steps[step], language.value)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
