/** What to tell a person of a refusal, and what happens next: docs/clients.md, "Refusals". */

import { texts } from "../i18n";
import type { Refused } from "../net/messages";

const say = texts({
  no_fix: ["Finding you …", "正在找你……"],
  stale_fix: ["Your location is too old.", "你的位置太旧了。"],
  stale_fix_age: ["Your location is {age} s old.", "你的位置是 {age} 秒前的。"],
  inaccurate_fix: [
    "Your location is too vague. Step out from under the roof.",
    "你的位置太模糊，走到开阔一点的地方吧。",
  ],
  inaccurate_fix_limit: [
    "Your location is vague: ±{accuracy} m, and {limit} m is the most. Find some open sky.",
    "你的位置误差 ±{accuracy} 米，最多只能 {limit} 米。找个看得见天的地方吧。",
  ],
  mocked_location: [
    "Switch off the app that makes up your location.",
    "请关掉那个伪造位置的应用。",
  ],
  moving_too_fast: ["Slow down: cats flee from vehicles.", "慢一点：猫看见车就跑。"],
  teleported: [
    "Your location jumped. Stay where you are for a bit.",
    "你的位置跳了一下，先站一会儿。",
  ],
  too_far: ["Too far away. Come closer.", "太远了，再走近一点。"],
  too_far_by: ["{metres} m closer, please.", "再走近 {metres} 米。"],
  not_visible: ["The cat is not here any more.", "猫不在这里了。"],
  gone: ["Somebody was faster, or it went home.", "有人手更快，要么它回家了。"],
  already_caught: ["You have caught this one before.", "这只你已经捉过了。"],
  bad_ticket: ["It moved. Aim again.", "它动了，再瞄一次。"],
  too_quick: ["Steady …", "稳住……"],
  missed: ["It dodged!", "被它躲开了！"],
  fled: ["Missed too often: it has fled.", "失手太多次，它溜走了。"],
  cooling_down: ["Catch your breath.", "先喘口气。"],
  daily_limit: [
    "That was your last coupon of these for today. Come back tomorrow.",
    "这种券今天已经领满，明天再来吧。",
  ],
  campaign_limit: ["You have all of these coupons that you can have.", "这种券你已经领到上限了。"],
  sold_out: ["All of these coupons are gone.", "这种券已经发完了。"],
  store_closed: ["The store's offer is taking a nap.", "这家店的活动正在打盹。"],
  store_closed_pace: [
    "More of these coupons come later. Try again in a few minutes.",
    "更多券稍后发放，过几分钟再试。",
  ],
  busy: ["One moment …", "稍等……"],
  retry: ["Not now. Try again.", "现在不行，再试一次。"],
  no: ["This cat is not for you today.", "今天和这只猫没有缘分。"],
});

type Key = Parameters<typeof say>[0];

/** What else is known when the refusal comes. */
export interface Circumstances {
  /** How old the newest position is; null where there is none. */
  fix_age_ms: number | null;
  accuracy_m: number | null;
}

/** One plain sentence. */
export function refusalText(refused: Refused, { fix_age_ms, accuracy_m }: Circumstances): string {
  const { reason, distance_m, limit_m, limit, retry } = refused;
  if (reason === "too_far" && distance_m !== undefined && limit_m !== undefined)
    return say("too_far_by", { metres: Math.max(1, Math.ceil(distance_m - limit_m)) });
  if (reason === "stale_fix" && fix_age_ms !== null && fix_age_ms >= 1000)
    return say("stale_fix_age", { age: Math.round(fix_age_ms / 1000) });
  if (reason === "inaccurate_fix" && accuracy_m !== null && limit_m !== undefined)
    return say("inaccurate_fix_limit", {
      accuracy: Math.round(accuracy_m),
      limit: Math.round(limit_m),
    });
  if (reason === "store_closed" && limit === "pace") return say("store_closed_pace");
  return say(isKnown(reason) ? reason : retry ? "retry" : "no");
}

const KNOWN: ReadonlySet<string> = new Set<Key>([
  ...(["no_fix", "stale_fix", "inaccurate_fix", "mocked_location", "moving_too_fast"] as const),
  ...(["teleported", "too_far", "not_visible", "gone", "already_caught", "bad_ticket"] as const),
  ...(["too_quick", "missed", "fled", "cooling_down", "daily_limit", "campaign_limit"] as const),
  ...(["sold_out", "store_closed", "busy"] as const),
]);

function isKnown(reason: string): reason is Key {
  return KNOWN.has(reason);
}

const USUAL_WAIT_MS: Readonly<Record<string, number>> = { inaccurate_fix: 3000, stale_fix: 1000 };
const JITTER_MS = 700;

/** How long to wait first: what the server asked for, and some chance, so that not all come at once. */
export function waitMs(refused: Refused, chance: number): number {
  const asked = refused.retry_after_ms ?? USUAL_WAIT_MS[refused.reason] ?? 0;
  return asked + chance * JITTER_MS;
}
