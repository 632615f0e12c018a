/** Now: cats that are out, coupons that are left, and what was redeemed last. */

import { useSignal } from "@preact/signals";
import { Scene } from "../../art";
import { language, texts } from "../../i18n";
import type { Campaign, Listed, Redemption, StoreNow, StreetNow } from "../api";
import { left, phaseOf } from "../campaigns/campaign";
import { PhaseBadge } from "../campaigns/phase";
import { orNothing } from "../client";
import { sayProblem } from "../forms/problems";
import { href } from "../route";
import { ask } from "../session";
import { count, moment } from "../shell/money";
import { campaigns, readCampaigns, storeNames } from "../shop";
import { usePolling } from "./polling";
import { busiest, sums } from "./sums";

const say = texts({
  title: ["Live", "实时"],
  cats: ["Cats out now", "在场的猫"],
  catches: ["Catches left in them", "剩余可捉次数"],
  caught: ["Caught this hour", "本小时被捉"],
  catsShort: ["cats", "猫"],
  leftShort: ["left", "可捉"],
  caughtShort: ["caught", "被捉"],
  redeemedShort: ["redeemed", "核销"],
  couponsShort: ["left", "剩余"],
  redeemed: ["Coupons redeemed", "已核销"],
  left: ["Coupons left", "剩余优惠券"],
  stores: ["By store", "各门店"],
  store: ["Store", "门店"],
  quiet: ["{n} stores have no cats out just now.", "{n} 家门店现在没有猫。"],
  all: ["Show them", "显示"],
  campaigns: ["Coupons", "优惠券"],
  campaign: ["Campaign", "活动"],
  carried: ["on cats", "猫身上"],
  given: ["given", "已发"],
  lately: ["Redeemed last", "最近核销"],
  none: ["Nothing was redeemed yet.", "还没有核销。"],
  when: ["as of {time}", "更新于 {time}"],
  empty: ["No cats are out just now.", "现在没有猫在外面。"],
});

const EVERY_MS = 3000;

interface Now {
  street: StreetNow;
  redemptions: Redemption[];
}

async function readNow(): Promise<Now> {
  const [street, redemptions] = await Promise.all([
    ask<StreetNow>("GET", "/v1/cats"),
    orNothing(ask<Listed<Redemption>>("GET", "/v1/reports/redemptions", { query: { limit: 10 } })),
    readCampaigns(),
  ]);
  return { street, redemptions: redemptions?.items ?? [] };
}

export function LiveView() {
  const now = usePolling(readNow, EVERY_MS);
  const { answer, trouble, at_ms } = now.value;
  const stores = answer?.street.stores ?? [];
  const n = (value: number) => count(value, language.value);
  const all = sums(stores);
  const running = (campaigns.value ?? []).filter((each) => each.state !== "ended");
  return (
    <div class="column wide">
      <div class="heading">
        <h1>{say("title")}</h1>
        {answer && <p class="soft">{say("when", { time: clock(at_ms) })}</p>}
      </div>
      {trouble !== null && (
        <p class="note warn" role="alert">
          {sayProblem(trouble)}
        </p>
      )}
      <dl class="figures large">
        <Figure label={say("cats")} value={n(all.cats)} />
        <Figure label={say("catches")} value={n(all.left)} />
        <Figure label={say("caught")} value={n(all.caught_hour)} />
        <Figure label={say("left")} value={n(running.reduce((sum, each) => sum + left(each), 0))} />
        <Figure
          label={say("redeemed")}
          value={n((campaigns.value ?? []).reduce((sum, each) => sum + each.redeemed, 0))}
        />
      </dl>
      <div class="cards">
        <StoresNow stores={stores} isKnown={answer !== null} />
        <Coupons running={running} />
        <Lately redemptions={answer?.redemptions ?? []} />
      </div>
    </div>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function StoresNow({ stores, isKnown }: { stores: StoreNow[]; isKnown: boolean }) {
  const showAll = useSignal(false);
  const sorted = busiest(stores);
  const shown = sorted.filter((each) => showAll.value || each.cats > 0 || each.caught_hour > 0);
  const most = Math.max(1, ...sorted.map((each) => each.cats));
  return (
    <section class="card" aria-label={say("stores")}>
      <h2>{say("stores")}</h2>
      {isKnown && shown.length === 0 && (
        <div class="empty">
          <Scene name="no-cats" />
          <p>{say("empty")}</p>
        </div>
      )}
      {shown.length > 0 && (
        <table>
          <thead>
            <tr>
              <th>{say("store")}</th>
              <th class="number">{say("catsShort")}</th>
              <th class="number">{say("leftShort")}</th>
              <th class="number">{say("caughtShort")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((each) => (
              <tr key={each.store}>
                <td>
                  <a href={href("stores", each.store, "cats")}>
                    {storeNames.value.get(each.store) ?? each.store}
                  </a>
                  <span class="bar thin" aria-hidden="true">
                    <span class="issued" style={{ width: `${(100 * each.cats) / most}%` }} />
                  </span>
                </td>
                <td class="number">{each.cats}</td>
                <td class="number">{each.left}</td>
                <td class="number">{each.caught_hour}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {shown.length < sorted.length && (
        <p class="hint">
          {say("quiet", { n: sorted.length - shown.length })}{" "}
          <button type="button" class="link" onClick={() => (showAll.value = true)}>
            {say("all")}
          </button>
        </p>
      )}
    </section>
  );
}

function Coupons({ running }: { running: Campaign[] }) {
  const n = (value: number) => count(value, language.value);
  return (
    <section class="card" aria-label={say("campaigns")}>
      <h2>{say("campaigns")}</h2>
      <table>
        <thead>
          <tr>
            <th>{say("campaign")}</th>
            <th class="number">{say("couponsShort")}</th>
            <th class="number">{say("carried")}</th>
            <th class="number">{say("given")}</th>
            <th class="number">{say("redeemedShort")}</th>
          </tr>
        </thead>
        <tbody>
          {running.map((each) => (
            <tr key={each.id}>
              <td>
                <a href={href("campaigns", each.id)}>{each.title}</a>{" "}
                <PhaseBadge phase={phaseOf(each, Date.now())} />
              </td>
              <td class="number">{n(left(each))}</td>
              <td class="number">{n(each.reserved)}</td>
              <td class="number">{n(each.issued)}</td>
              <td class="number">{n(each.redeemed)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Lately({ redemptions }: { redemptions: Redemption[] }) {
  return (
    <section class="card" aria-label={say("lately")}>
      <h2>{say("lately")}</h2>
      {redemptions.length === 0 && <p class="soft">{say("none")}</p>}
      <ol class="feed">
        {redemptions.map(({ code, title, store, at_ms }) => (
          <li key={code}>
            <strong>{title}</strong>
            <span class="soft">
              {storeNames.value.get(store) ?? store} · {moment(at_ms, language.value)}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function clock(at_ms: number): string {
  return new Date(at_ms).toLocaleTimeString(language.value === "zh" ? "zh-CN" : "en-GB");
}
