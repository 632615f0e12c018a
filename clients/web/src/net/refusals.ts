/** What to do about a refusal: the one table of it (docs/clients.md). */

import type { Refused } from "./messages";

/**
 * - `place`: wait for a new or better position, aim again
 * - `person`: nothing until the person did something
 * - `walk`: come nearer, aim again
 * - `wait`: aim again after `retry_after_ms`
 * - `throw`: throw again after `retry_after_ms`, with the same ticket
 * - `aim`: aim again
 * - `drop`: the cat is not there; it may come back into the view
 * - `hide`: this player can't have it: never show it again
 * - `campaign`: leave the cats of this campaign alone
 * - `later`: some minutes later it may work
 * - `again`: the same attempt again, which a `PlayLine` does by itself
 */
export type Then =
  | "place"
  | "person"
  | "walk"
  | "wait"
  | "throw"
  | "aim"
  | "drop"
  | "hide"
  | "campaign"
  | "later"
  | "again";

export const REFUSALS = {
  no_fix: "place",
  stale_fix: "place",
  inaccurate_fix: "place",
  mocked_location: "person",
  moving_too_fast: "wait",
  teleported: "wait",
  too_far: "walk",
  not_visible: "drop",
  gone: "drop",
  already_caught: "hide",
  bad_ticket: "aim",
  too_quick: "throw",
  missed: "aim",
  fled: "hide",
  cooling_down: "throw",
  daily_limit: "campaign",
  campaign_limit: "campaign",
  sold_out: "campaign",
  store_closed: "drop",
  busy: "again",
} as const satisfies Record<string, Then>;

export type Reason = keyof typeof REFUSALS;

/** What comes next. A reason of a later protocol goes by its `retry`. */
export function whatNext({ reason, retry }: Pick<Refused, "reason" | "retry">): Then {
  if (reason === "store_closed" && retry) return "later";
  if (Object.hasOwn(REFUSALS, reason)) return REFUSALS[reason as Reason];
  return retry ? "aim" : "drop";
}

const KEEPS_TICKET: ReadonlySet<Then> = new Set([
  "throw",
  "walk",
  "place",
  "person",
  "wait",
  "again",
]);

/** Whether the ticket that was thrown with is still good. */
export function keepsTicket(refused: Pick<Refused, "reason" | "retry">): boolean {
  return KEEPS_TICKET.has(whatNext(refused));
}
