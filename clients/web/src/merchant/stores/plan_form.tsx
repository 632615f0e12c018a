/** A store's cats: how many, how long, where, when, and what they carry. */

import { texts } from "../../i18n";
import type { SpawnPlan, Store } from "../api";
import { left } from "../campaigns/campaign";
import { ChoiceField, fieldsOf, MomentField, NumberField, TextField } from "../forms/fields";
import { useForm } from "../forms/form";
import { Sheet } from "../forms/sheet";
import { ask } from "../session";
import { campaignById, campaigns, keepStore, storeById } from "../shop";
import { HoursHelp } from "./hours";
import { Kinds } from "./kinds";
import { type PlanValues, planOf, planValues, setAside, usualPlan } from "./plan";
import { PlayersSee } from "./players_see";
import { usePreview } from "./preview";

const say = texts({
  form: ["Spawn plan", "放猫计划"],
  cats: ["Cats at once", "同时在场的猫"],
  catsHint: [
    "0 to 200. One that is caught out or goes home is followed by another.",
    "0 到 200。被捉完或离开后会有新的补上。",
  ],
  lifetime: ["A cat stays for", "每只猫停留"],
  lifetimeHint: [
    "Up to 1440 minutes. They do not all leave at once.",
    "最长 1440 分钟，不会同时离开。",
  ],
  minutes: ["minutes", "分钟"],
  radius: ["Not farther from the store than", "离门店最远"],
  radiusHint: [
    "0 to 1000 m. Roads and water that the operator has marked stay free.",
    "0 到 1000 米。运营方标出的道路和水面不放猫。",
  ],
  area: ["An area was drawn for these cats; it stays as it is.", "已为这些猫划定区域，保持不变。"],
  campaign: ["What they carry", "携带的优惠券"],
  nothing: ["Nothing: cats without coupons", "不带优惠券"],
  campaignHint: [
    "A cat on the map is a coupon in hand: it is set aside from the stock.",
    "地图上的每只猫都已预留优惠券，从库存中扣出。",
  ],
  each: ["Catches per cat", "每只猫可被捉次数"],
  eachHint: [
    "How many players may catch the same cat. {n} coupons are set aside at once.",
    "同一只猫可被多少名玩家捉到。同时预留 {n} 张券。",
  ],
  short: ["Only {left} coupons are left in this campaign.", "该活动只剩 {left} 张券。"],
  max: ["Players at once", "同时在场的玩家上限"],
  maxHint: [
    "While so many are near, no new cats come. Empty: any number.",
    "达到此人数时不再出现新猫。留空表示不限。",
  ],
  from: ["From", "开始"],
  to: ["Until", "结束"],
  zoneHint: [
    "By the clock of the store ({zone}). Empty: no bound.",
    "按门店当地时间（{zone}）。留空表示不限。",
  ],
  hours: ["Hours of the cats", "猫的出现时段"],
  save: ["Send the cats out", "放猫"],
  keep: ["Save the plan", "保存计划"],
  saved: [
    "Saved. The cats come within seconds while the store is open.",
    "已保存。营业时间内几秒钟后猫就会出现。",
  ],
});

export function PlanForm({ store }: { store: Store }) {
  const zone = store.timezone;
  const before = store.spawn_plan ?? usualPlan();
  const form = useForm<PlanValues>(
    () => planValues(before, zone),
    async (values) => {
      const path = `/v1/stores/${store.id}/spawn-plan`;
      const plan = await ask<SpawnPlan>("PUT", path, { body: planOf(values, zone, before) });
      const now = storeById.value.get(store.id);
      if (now !== undefined) keepStore({ ...now, spawn_plan: plan });
      return { said: say("saved") };
    },
    store.id,
    {
      renamed: { lifetime_s: "lifetime_min" },
      needed: () => ["cats_alive", "lifetime_min", "catches_per_cat"],
    },
  );
  const values = form.values.value;
  const preview = usePreview(store, form, before);
  const campaign = campaignById.value.get(values.campaign);
  const wanted = setAside(values);
  const labels = {
    cats_alive: say("cats"),
    lifetime_min: say("lifetime"),
    radius_m: say("radius"),
    campaign: say("campaign"),
    catches_per_cat: say("each"),
    players_max: say("max"),
    "active.from": say("from"),
    "active.to": say("to"),
    "active.hours": say("hours"),
  };
  const at = fieldsOf(form, labels);
  const choices = (campaigns.value ?? [])
    .filter((each) => each.state !== "ended" || each.id === values.campaign)
    .map((each) => [each.id, each.title] as const);

  return (
    <Sheet
      form={form}
      label={say("form")}
      labels={labels}
      action={store.spawn_plan ? say("keep") : say("save")}
    >
      <NumberField {...at("cats_alive")} whole hint={say("catsHint")} />
      <NumberField
        {...at("radius_m")}
        unit="m"
        hint={before.area ? say("area") : say("radiusHint")}
      />
      <NumberField {...at("lifetime_min")} unit={say("minutes")} hint={say("lifetimeHint")} />
      <ChoiceField
        {...at("campaign")}
        choices={[["", say("nothing")], ...choices]}
        hint={say("campaignHint")}
      />
      <NumberField
        {...at("catches_per_cat")}
        whole
        hint={
          <>
            {say("eachHint", { n: campaign && wanted !== null ? wanted : 0 })}
            {campaign && wanted !== null && wanted > left(campaign) + campaign.reserved && (
              <strong> {say("short", { left: left(campaign) })}</strong>
            )}
          </>
        }
      />
      <Kinds form={form} />
      <fieldset class="pair">
        <MomentField {...at("active.from")} />
        <MomentField {...at("active.to")} />
        <p class="hint">{say("zoneHint", { zone })}</p>
      </fieldset>
      <TextField
        {...at("active.hours")}
        hint={<HoursHelp onPick={(hours) => form.put("active.hours", hours)} />}
      />
      <NumberField {...at("players_max")} whole hint={say("maxHint")} />
      <PlayersSee store={store} preview={preview} campaign={campaign} />
    </Sheet>
  );
}
