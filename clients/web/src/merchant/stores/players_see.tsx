/** What players will see of a plan: a cat with its name, what it carries, and when it is there. */

import type { Signal } from "@preact/signals";
import { language, texts } from "../../i18n";
import type { Campaign, PlanPreview, Store } from "../api";
import { CouponCard } from "../campaigns/coupon_card";
import { moment, worth } from "../shell/money";
import { species } from "../shop";

const say = texts({
  title: ["What players will see", "玩家将看到"],
  at: ["at {store}", "在 {store}"],
  now: ["Cats would be here now, until {turn}.", "现在就有猫，直到 {turn}。"],
  always: ["Cats would be here now.", "现在就有猫。"],
  later: ["No cats just now. The next change is at {turn}.", "现在没有猫，下次变化在 {turn}。"],
  never: [
    "There would never be cats: look at the dates and hours.",
    "永远不会有猫，请检查日期和时段。",
  ],
  plain: ["no coupon, but points", "没有优惠券，但有积分"],
});

interface Seen {
  store: Store;
  preview: Signal<PlanPreview | null>;
  campaign: Campaign | undefined;
}

export function PlayersSee({ store, preview, campaign }: Seen) {
  const seen = preview.value;
  const kind = seen?.cats[0]?.species ?? "parcel";
  const cat = species.value.find((each) => each.id === kind);
  return (
    <section class="players-see" aria-label={say("title")}>
      <h2>{say("title")}</h2>
      <div class="cat-card">
        <img src={`/art/${kind}.svg`} alt="" width={88} height={88} />
        <div>
          <strong>{language.value === "zh" ? cat?.name_zh : cat?.name_en}</strong>
          <span class="soft">{say("at", { store: store.name })}</span>
          <span class="badge cat">
            {campaign
              ? worth(campaign.kind, campaign.value, campaign.currency, language.value)
              : say("plain")}
          </span>
        </div>
      </div>
      {campaign && <CouponCard campaign={campaign} />}
      {seen && <p role="status">{when(seen, store.timezone)}</p>}
    </section>
  );
}

function when({ active, turns_ms }: PlanPreview, zone: string): string {
  if (turns_ms === null) return active ? say("always") : say("never");
  return say(active ? "now" : "later", { turn: moment(turns_ms, language.value, zone) });
}
