/** A campaign as it stands in its form, and as the API takes it. */

import type { Campaign, CampaignKind, NewCampaign } from "../api";
import { line, number, written } from "../forms/numbers";
import { momentOf, onTheWall } from "../shell/zones";

export type CampaignValues = {
  title: string;
  kind: string;
  value: string;
  currency: string;
  terms: string;
  stock: string;
  budget: string;
  per_player: string;
  per_player_day: string;
  starts_at: string;
  ends_at: string;
  valid_days: string;
  even: boolean;
  codes: string;
};

const DAY_S = 86_400;

export function blankCampaign(): CampaignValues {
  return {
    title: "",
    kind: "percent",
    value: "",
    currency: "",
    terms: "",
    stock: "",
    budget: "",
    per_player: "1",
    per_player_day: "",
    starts_at: "",
    ends_at: "",
    valid_days: "30",
    even: false,
    codes: "generated",
  };
}

export function campaignValues(campaign: Campaign, zone: string): CampaignValues {
  const wall = (moment: string | null) => (moment === null ? "" : onTheWall(moment, zone));
  return {
    title: campaign.title,
    kind: campaign.kind,
    value: campaign.kind === "gift" && campaign.value === 0 ? "" : written(campaign.value),
    currency: campaign.currency ?? "",
    terms: campaign.terms,
    stock: written(campaign.stock),
    budget: written(campaign.budget),
    per_player: written(campaign.per_player),
    per_player_day: written(campaign.per_player_day),
    starts_at: wall(campaign.starts_at),
    ends_at: wall(campaign.ends_at),
    valid_days: written(Number((campaign.valid_for_s / DAY_S).toFixed(4))),
    even: campaign.pace === "even",
    codes: campaign.codes,
  };
}

/** The campaign that a form says. What does not go with its kind is left out, whatever stands there. */
export function newCampaign(values: CampaignValues, zone: string): NewCampaign {
  const moment = (wall: string) => (wall === "" ? null : momentOf(wall, zone));
  const kind = values.kind as CampaignKind;
  const days = number(values.valid_days);
  return {
    title: values.title.trim(),
    kind,
    value: number(values.value) as number | null,
    currency: kind === "percent" ? null : currencyOf(values),
    terms: values.terms.trim(),
    stock: number(values.stock) as number,
    budget: kind === "amount" ? (number(values.budget) as number | null) : null,
    per_player: number(values.per_player) as number | null,
    per_player_day: number(values.per_player_day) as number | null,
    starts_at: moment(values.starts_at),
    ends_at: moment(values.ends_at),
    valid_for_s: (typeof days === "number" ? Math.round(days * DAY_S) : days) as number,
    pace: values.even ? "even" : null,
    codes: values.codes as Campaign["codes"],
    state: "active",
  };
}

/** What of a campaign is to change: only that, so that what others changed meanwhile stays. */
export function campaignChanges(
  values: CampaignValues,
  before: CampaignValues,
  zone: string,
): Partial<NewCampaign> {
  const said = newCampaign(values, zone) as unknown as Record<string, unknown>;
  const was = newCampaign(before, zone) as unknown as Record<string, unknown>;
  const names = Object.keys(said).filter(
    (name) => said[name] !== was[name] && !["kind", "codes", "state"].includes(name),
  );
  return Object.fromEntries(names.map((name) => [name, said[name]]));
}

function currencyOf(values: CampaignValues): string | null {
  return line(values.currency)?.toUpperCase() ?? null;
}

/** How many coupons nobody has: neither a cat nor a player. */
export function left(campaign: Campaign): number {
  const all =
    campaign.codes === "uploaded" ? Math.min(campaign.stock, campaign.uploaded) : campaign.stock;
  return Math.max(0, all - campaign.reserved - campaign.issued);
}

export type Phase = "active" | "paused" | "ended" | "coming" | "over";

/** What a campaign is doing at a moment. */
export function phaseOf(campaign: Campaign, now_ms: number): Phase {
  if (campaign.state !== "active") return campaign.state;
  if (campaign.ends_at !== null && Date.parse(campaign.ends_at) <= now_ms) return "over";
  if (campaign.starts_at !== null && Date.parse(campaign.starts_at) > now_ms) return "coming";
  return "active";
}
