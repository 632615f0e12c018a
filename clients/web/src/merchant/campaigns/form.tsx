/** A campaign: what a coupon is worth, how many there are, for whom and until when. */

import { useSignal } from "@preact/signals";
import { texts } from "../../i18n";
import type { Campaign } from "../api";
import { change } from "../forms/changing";
import {
  CheckField,
  ChoiceField,
  fieldsOf,
  LinesField,
  MomentField,
  NumberField,
  TextField,
} from "../forms/fields";
import { type Saved, useForm } from "../forms/form";
import { Sheet } from "../forms/sheet";
import { post } from "../posting";
import { browserZone } from "../shell/zones";
import { keepCampaign, timezones } from "../shop";
import {
  blankCampaign,
  type CampaignValues,
  campaignChanges,
  campaignValues,
  newCampaign,
} from "./campaign";
import { CouponCard } from "./coupon_card";
import { rezoned } from "./rezoned";

const say = texts({
  form: ["Campaign", "活动"],
  title: ["Title", "标题"],
  titleHint: ["On the coupon, and on the cats that carry it.", "显示在优惠券和携带它的猫上。"],
  kind: ["Kind", "类型"],
  percent: ["Per cent off", "折扣"],
  amount: ["An amount off", "立减金额"],
  gift: ["A gift", "礼品"],
  percentOff: ["Per cent off", "优惠百分比"],
  percentHint: ["1 to 100. 20 is 20 % off.", "1 到 100。20 表示优惠 20%，即 8 折。"],
  amountOff: ["Amount off", "立减金额"],
  giftWorth: ["What the gift is worth", "礼品价值"],
  optional: ["Optional.", "可不填。"],
  currency: ["Currency", "货币"],
  terms: ["Terms", "使用条款"],
  stock: ["Coupons in all", "优惠券总数"],
  stockHint: [
    "Never more than this are given, whatever happens. It can be raised later.",
    "无论如何都不会超发。之后可以增加。",
  ],
  budget: ["Budget", "预算"],
  budgetHint: [
    "Never more is out than it pays for. Empty: the stock is the only bound.",
    "发出的总额不会超过预算。留空则只受总数限制。",
  ],
  player: ["Per player", "每人限领"],
  day: ["Per player and day", "每人每天限领"],
  anyHint: [
    "Empty: any number. A day begins by the store's clock.",
    "留空表示不限。一天按门店当地时间计算。",
  ],
  starts: ["Starts", "开始"],
  ends: ["Ends", "结束"],
  datesHint: ["Empty: at once, and until you end it.", "留空表示立即开始、手动结束。"],
  zone: ["Dates are by the clock in", "日期所用时区"],
  even: ["Spread the coupons evenly over this time", "在此期间均匀发放"],
  evenHint: [
    "Needs both dates. Otherwise they go as fast as they are caught.",
    "需要开始和结束时间。否则先到先得。",
  ],
  valid: ["A coupon is good for", "领取后有效"],
  days: ["days", "天"],
  codes: ["Codes", "券码"],
  generated: ["made here", "自动生成"],
  uploaded: ["your own, uploaded as a file", "上传自有券码"],
  codesHint: [
    "Your own codes are uploaded once the campaign is made.",
    "创建活动后再上传自有券码。",
  ],
  make: ["Make the campaign", "创建活动"],
  save: ["Save", "保存"],
  made: [
    "Made. Choose it in the spawn plan of a store, and its cats carry it.",
    "已创建。在门店的放猫计划中选择它，猫就会携带。",
  ],
  see: ["What players will hold", "玩家将得到"],
});

const CURRENCIES = ["CNY", "SGD", "USD", "EUR", "HKD", "TWD", "JPY", "GBP"];

export function CampaignForm({ campaign }: { campaign: Campaign | null }) {
  const zones = [...new Set([...timezones.value, browserZone()])];
  const zone = useSignal(zones[0] ?? "UTC");
  const form = useForm<CampaignValues>(
    () => (campaign ? campaignValues(campaign, zone.value) : blankCampaign()),
    (values) => (campaign ? changed(campaign, values, zone.value) : make(values, zone.value)),
    campaign?.id,
    { renamed: { valid_for_s: "valid_days", pace: "even" }, needed: neededFor },
  );
  const values = form.values.value;
  const labels = {
    title: say("title"),
    value: say(
      values.kind === "percent"
        ? "percentOff"
        : values.kind === "amount"
          ? "amountOff"
          : "giftWorth",
    ),
    currency: say("currency"),
    stock: say("stock"),
    budget: say("budget"),
    per_player: say("player"),
    per_player_day: say("day"),
    starts_at: say("starts"),
    ends_at: say("ends"),
    valid_days: say("valid"),
    terms: say("terms"),
    even: say("even"),
    kind: say("kind"),
    codes: say("codes"),
  };
  const at = fieldsOf(form, labels);

  return (
    <div class="form-and-preview">
      <Sheet
        form={form}
        label={say("form")}
        labels={labels}
        action={campaign ? say("save") : say("make")}
      >
        <TextField {...at("title")} hint={say("titleHint")} />
        {campaign === null && (
          <ChoiceField
            {...at("kind")}
            choices={(["percent", "amount", "gift"] as const).map((kind) => [kind, say(kind)])}
          />
        )}
        <fieldset class="pair">
          <NumberField
            {...at("value")}
            {...(values.kind === "percent" ? { unit: "%" } : {})}
            hint={
              values.kind === "percent"
                ? say("percentHint")
                : values.kind === "gift"
                  ? say("optional")
                  : undefined
            }
          />
          {values.kind !== "percent" && <TextField {...at("currency")} suggested={CURRENCIES} />}
        </fieldset>
        <NumberField {...at("stock")} whole hint={say("stockHint")} />
        {values.kind === "amount" && <NumberField {...at("budget")} hint={say("budgetHint")} />}
        <fieldset class="pair">
          <NumberField {...at("per_player")} whole />
          <NumberField {...at("per_player_day")} whole />
          <p class="hint">{say("anyHint")}</p>
        </fieldset>
        <fieldset class="pair">
          <MomentField {...at("starts_at")} />
          <MomentField {...at("ends_at")} />
          <p class="hint">{say("datesHint")}</p>
          <div class="field">
            <label for={`${form.id}-zone`}>{say("zone")}</label>
            <select
              id={`${form.id}-zone`}
              value={zone.value}
              onChange={(event) => {
                const now = event.currentTarget.value;
                form.values.value = rezoned(form.values.value, campaign, zone.value, now);
                zone.value = now;
              }}
            >
              {zones.map((each) => (
                <option key={each} value={each}>
                  {each}
                </option>
              ))}
            </select>
          </div>
        </fieldset>
        <CheckField {...at("even")} hint={say("evenHint")} />
        <NumberField {...at("valid_days")} unit={say("days")} />
        <LinesField {...at("terms")} />
        {campaign === null && (
          <ChoiceField
            {...at("codes")}
            choices={(["generated", "uploaded"] as const).map((codes) => [codes, say(codes)])}
            hint={say("codesHint")}
          />
        )}
      </Sheet>
      <aside class="players-see" aria-label={say("see")}>
        <h2>{say("see")}</h2>
        <CouponCard campaign={offerOf(values)} />
      </aside>
    </div>
  );
}

async function make(values: CampaignValues, zone: string): Promise<Saved<CampaignValues>> {
  const made = await post<Campaign>("/v1/campaigns", newCampaign(values, zone));
  keepCampaign(made);
  return { said: say("made"), leadsTo: ["campaigns", made.id] };
}

function changed(campaign: Campaign, values: CampaignValues, zone: string) {
  const body = campaignChanges(values, campaignValues(campaign, zone), zone);
  return change<Campaign, CampaignValues>(`/v1/campaigns/${campaign.id}`, body, (now) => {
    keepCampaign(now);
    return campaignValues(now, zone);
  });
}

function neededFor({ kind }: CampaignValues): (keyof CampaignValues)[] {
  const worth = { percent: ["value"], amount: ["value", "currency"], gift: [] }[kind] ?? [];
  return ["title", ...(worth as (keyof CampaignValues)[]), "stock", "valid_days"];
}

function offerOf(values: CampaignValues) {
  const said = newCampaign({ ...values, starts_at: "", ends_at: "" }, "UTC");
  const usable = (value: unknown) => (typeof value === "number" && value > 0 ? value : 0);
  return {
    ...said,
    value: usable(said.value),
    valid_for_s: Math.min(usable(said.valid_for_s), 10 * 366 * 86_400),
  };
}
