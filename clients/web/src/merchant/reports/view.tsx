/** The funnel of a span, by store and hour, and what merchants take home. */

import { useSignal } from "@preact/signals";
import { language, texts } from "../../i18n";
import { useAsked } from "../../ui/asked";
import type { FunnelHour, RedeemedHour, WalkedHour } from "../api";
import { keep, orNothing } from "../client";
import { sayProblem } from "../forms/problems";
import { ask } from "../session";
import { count } from "../shell/money";
import { SaveFile } from "../shell/save_file";
import { storeNames } from "../shop";
import { CampaignOutcomes } from "./campaigns";
import { HourChart } from "./chart";
import { byHour, byStore, csvOf, joined, STEPS, type Steps, share, total } from "./funnel";
import { StepsTable, stepName } from "./steps_table";

const say = texts({
  title: ["Reports", "报表"],
  span: ["Span of time", "时间范围"],
  day: ["24 hours", "最近 24 小时"],
  days3: ["3 days", "最近 3 天"],
  week: ["7 days", "最近 7 天"],
  store: ["Store", "门店"],
  every: ["all stores", "全部门店"],
  funnel: ["From cat to counter", "从看见到核销"],
  of: ["{n} %", "{n}%"],
  about: [
    "Seen: a cat came into a player's view. Approached: the player raised the phone at it. Caught and redeemed: by store of the cat, and of the till.",
    "看见：猫进入玩家视野。靠近：玩家举起手机对准。捉到按猫所在门店计，核销按收银门店计。",
  ],
  hours: ["By hour", "按小时"],
  stores: ["By store", "按门店"],
  csv: ["This funnel as CSV", "下载此漏斗 CSV"],
  coupons: ["All coupons as CSV", "下载全部优惠券 CSV"],
  events: ["All events as JSON Lines", "下载全部事件（JSON Lines）"],
  nothing: ["Nothing happened in this span.", "这段时间没有数据。"],
});

const SPANS = { day: 24, days3: 72, week: 168 } as const;
const HOUR_MS = 3_600_000;

export function ReportsView() {
  const span = useSignal<keyof typeof SPANS>("day");
  const store = useSignal("");
  const to_ms = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS;
  const from_ms = to_ms - SPANS[span.value] * HOUR_MS;

  const { answer: hours, trouble } = useAsked(() => read(from_ms, to_ms), [from_ms]);

  const all = hours.value ?? [];
  const chosen = store.value === "" ? all : all.filter((hour) => hour.store === store.value);
  const stores = byStore(all);
  return (
    <div class="column wide">
      <div class="heading">
        <h1>{say("title")}</h1>
      </div>
      <fieldset class="pair filters">
        <div class="field">
          <label for="span">{say("span")}</label>
          <select
            id="span"
            value={span.value}
            onChange={(event) => {
              span.value = event.currentTarget.value as keyof typeof SPANS;
            }}
          >
            {(Object.keys(SPANS) as (keyof typeof SPANS)[]).map((each) => (
              <option key={each} value={each}>
                {say(each)}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for="of-store">{say("store")}</label>
          <select
            id="of-store"
            value={store.value}
            onChange={(event) => {
              store.value = event.currentTarget.value;
            }}
          >
            <option value="">{say("every")}</option>
            {stores.map((each) => (
              <option key={each.store} value={each.store}>
                {nameOf(each.store)}
              </option>
            ))}
          </select>
        </div>
      </fieldset>
      {trouble.value !== null && (
        <p class="note warn" role="alert">
          {sayProblem(trouble.value)}
        </p>
      )}
      {hours.value !== null && all.length === 0 && <p role="status">{say("nothing")}</p>}
      {all.length > 0 && (
        <>
          <Funnel steps={total(chosen)} />
          <HourChart hours={byHour(chosen, from_ms, to_ms)} />
          {store.value === "" && <ByStore stores={stores} />}
        </>
      )}
      <CampaignOutcomes from_ms={from_ms} />
      <Downloads hours={chosen} />
    </div>
  );
}

async function read(from_ms: number, to_ms: number): Promise<FunnelHour[]> {
  const query = { from: new Date(from_ms).toISOString(), to: new Date(to_ms).toISOString() };
  const [walked, redeemed] = await Promise.all([
    ask<{ hours: WalkedHour[] }>("GET", "/v1/footfall", { query }),
    orNothing(ask<{ hours: RedeemedHour[] }>("GET", "/v1/reports/redeemed-hours", { query })),
  ]);
  return joined(walked.hours, redeemed?.hours ?? []);
}

function nameOf(store: string): string {
  return storeNames.value.get(store) ?? store;
}

function Funnel({ steps }: { steps: Steps }) {
  const most = Math.max(1, ...STEPS.map((step) => steps[step]));
  return (
    <section class="card" aria-label={say("funnel")}>
      <h2>{say("funnel")}</h2>
      <ol class="funnel">
        {STEPS.map((step) => {
          const part = share(steps, step);
          return (
            <li key={step} class={step}>
              <span class="funnel-name">{stepName(step)}</span>
              <span class="funnel-bar" aria-hidden="true">
                <span style={{ width: `${(100 * steps[step]) / most}%` }} />
              </span>
              <strong>{count(steps[step], language.value)}</strong>
              <span class="soft">{part === null ? "" : say("of", { n: part })}</span>
            </li>
          );
        })}
      </ol>
      <p class="hint">{say("about")}</p>
    </section>
  );
}

function ByStore({ stores }: { stores: { store: string; steps: Steps }[] }) {
  return (
    <section class="card" aria-label={say("stores")}>
      <h2>{say("stores")}</h2>
      <StepsTable
        of={say("store")}
        rows={stores.map(({ store, steps }) => ({ key: store, name: nameOf(store), steps }))}
      />
    </section>
  );
}

function Downloads({ hours }: { hours: FunnelHour[] }) {
  return (
    <div class="actions">
      {hours.length > 0 && (
        <button type="button" onClick={() => keep(csvOf(hours, nameOf), "funnel.csv")}>
          {say("csv")}
        </button>
      )}
      <SaveFile path="/v1/reports/coupons.csv" name="coupons.csv" label={say("coupons")} />
      <SaveFile
        path="/v1/reports/coupon-events.jsonl"
        name="coupon-events.jsonl"
        label={say("events")}
      />
    </div>
  );
}
