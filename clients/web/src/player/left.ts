/** Campaigns that have nothing for this player any more today. */

import { leftCampaigns } from "./state";

let day: string | null = null;

export function leaveCampaign(campaign: string): void {
  leftCampaigns.value = new Set([...leftCampaigns.value, campaign]);
}

/** Somebody else plays, or it is another day. */
export function forgetLeft(): void {
  if (leftCampaigns.value.size > 0) leftCampaigns.value = new Set();
}

/** Call now and then: limits of a day are over at midnight, by the clock of the player's street. */
export function mindTheDay(now: Date): void {
  const today = now.toDateString();
  if (day !== null && day !== today) forgetLeft();
  day = today;
}
