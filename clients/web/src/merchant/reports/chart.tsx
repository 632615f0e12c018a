/** Catches and redemptions hour by hour: bars, and the same as a table. */

import { language, texts } from "../../i18n";
import { count } from "../shell/money";
import { STEPS, type Steps } from "./funnel";
import { StepsTable, stepName } from "./steps_table";

const say = texts({
  title: ["By hour", "按小时"],
  chart: [
    "Caught and redeemed by hour; the table below says the same",
    "每小时捉到与核销；下表内容相同",
  ],
  table: ["As a table", "以表格显示"],
  hour: ["Hour", "时间"],
});

/** Of the drawing, which is as wide as the page: letters keep their size on a phone. */
const WIDTH = globalThis.innerWidth < 760 ? 340 : 1080;
const HEIGHT = 190;
const FOOT = 24;

interface Hour {
  hour_ms: number;
  steps: Steps;
}

export function HourChart({ hours }: { hours: Hour[] }) {
  const most = Math.max(1, ...hours.map(({ steps }) => Math.max(steps.caught, steps.redeemed)));
  const wide = WIDTH / Math.max(1, hours.length);
  const tall = (value: number) => ((HEIGHT - FOOT - 8) * value) / most;
  const every = Math.ceil(hours.length / (WIDTH < 760 ? 3 : 8));
  const bar = Math.max(1, wide * 0.38);
  return (
    <section class="card" aria-label={say("title")}>
      <h2>{say("title")}</h2>
      <p class="chart-key">
        <span class="key caught">{stepName("caught")}</span>
        <span class="key redeemed">{stepName("redeemed")}</span>
      </p>
      <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={say("chart")}>
        <line x1="0" x2={WIDTH} y1={HEIGHT - FOOT} y2={HEIGHT - FOOT} class="axis" />
        <text x="0" y="12" class="tick">
          {count(most, language.value)}
        </text>
        {hours.map(({ hour_ms, steps }, at) => (
          <g key={hour_ms} transform={`translate(${(at * wide).toFixed(2)} 0)`}>
            {(["caught", "redeemed"] as const).map((step, side) => (
              <rect
                key={step}
                class={step}
                x={wide * 0.1 + side * (bar + 1)}
                y={HEIGHT - FOOT - tall(steps[step])}
                width={bar}
                height={tall(steps[step])}
                rx={Math.min(3, bar / 2)}
              />
            ))}
            {at % every === 0 && (
              <text x="0" y={HEIGHT - 6} class="tick">
                {hourName(hour_ms, hours.length > 24)}
              </text>
            )}
          </g>
        ))}
      </svg>
      <details>
        <summary>{say("table")}</summary>
        <StepsTable
          of={say("hour")}
          rows={hours
            .filter(({ steps }) => STEPS.some((step) => steps[step] > 0))
            .map(({ hour_ms, steps }) => ({ key: hour_ms, name: hourName(hour_ms, true), steps }))}
        />
      </details>
    </section>
  );
}

function hourName(hour_ms: number, withDay: boolean): string {
  const options: Intl.DateTimeFormatOptions = withDay
    ? { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }
    : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return new Date(hour_ms).toLocaleString(language.value === "zh" ? "zh-CN" : "en-GB", options);
}
