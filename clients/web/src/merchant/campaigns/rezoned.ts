/** A campaign's form by another clock. */

import type { Campaign } from "../api";
import { type CampaignValues, campaignValues } from "./campaign";

/**
 * Dates that the campaign has are told by the other clock; those that somebody has typed stay what
 * they are, and so mean another moment.
 */
export function rezoned(
  values: CampaignValues,
  campaign: Campaign | null,
  from: string,
  to: string,
): CampaignValues {
  if (campaign === null) return values;
  const was = campaignValues(campaign, from);
  const now = campaignValues(campaign, to);
  const untouched = (name: "starts_at" | "ends_at") =>
    values[name] === was[name] ? now[name] : values[name];
  return { ...values, starts_at: untouched("starts_at"), ends_at: untouched("ends_at") };
}
