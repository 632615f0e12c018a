/** One cat before the camera: aim, throw, and what the server says to both. */

import { effect } from "@preact/signals";
import { type Caught, type Encounter, type Refused, type Unanswered, whatNext } from "../net";
import { ages } from "./ages";
import { freshPlace, theLine } from "./game";
import { bearingDeg, distanceM } from "./ground";
import { leaveCampaign } from "./left";
import { waitMs } from "./refusals";
import {
  cats,
  fix,
  type Hunt,
  type HuntState,
  hunt,
  line,
  reachOf,
  rules,
  SLACK_MAX_M,
} from "./state";

/** A ticket is good for 30 s; an older one is exchanged while nobody throws. */
const TICKET_FRESH_MS = 20_000;
const AGAIN_MS = 1_500;

let encounter: Encounter | null = null;
/** No throw before this: a person needs a moment, and the server insists. */
let steady_ms = 0;
let timer: ReturnType<typeof setTimeout>;

/** Raise the phone at a cat in view. */
export function raise(id: string): void {
  const cat = cats.value.get(id);
  const here = fix.value;
  if (cat === undefined || here === null) return;
  encounter = null;
  hunt.value = {
    cat,
    bearing_deg: bearingDeg(here, cat),
    distance_m: distanceM(here, cat),
    state: { kind: "aiming" },
    said: null,
  };
  void aim();
}

/** Put the phone down. */
export function lower(): void {
  clearTimeout(timer);
  encounter = null;
  hunt.value = null;
}

/** Aim again, by the person's wish. */
export function aimAgain(): void {
  void aim();
}

async function aim(): Promise<void> {
  clearTimeout(timer);
  const cat = hunt.value?.cat.id;
  const playing = theLine();
  if (cat === undefined || playing === null) return;
  if (isOld()) {
    become({ kind: "locating" });
    await freshPlace();
    if (hunt.value?.cat.id !== cat) return;
    if (isOld()) {
      told({ type: "refused", reason: "stale_fix", retry: true, retry_after_ms: AGAIN_MS });
      return;
    }
  }
  if (hunt.value?.state.kind !== "ready") become({ kind: "aiming" });
  const answer = await playing.aim(cat);
  if (hunt.value?.cat.id !== cat || hunt.value.state.kind === "thrown") return;
  switch (answer.type) {
    case "encounter":
      met(answer);
      break;
    case "refused":
      told(answer);
      break;
    case "unanswered":
      whenPlaying(cat);
  }
}

function met(answer: Encounter): void {
  encounter = answer;
  steady_ms = Date.now() + (rules.value?.aim_min_ms ?? 500) + 50;
  const { bearing_deg, distance_m } = answer;
  const said = hunt.value?.said ?? null;
  // Why the last throw was none is still worth saying; what kept the player waiting is over.
  const is_over = said === null || !["missed", "bad_ticket"].includes(said.reason);
  change({ bearing_deg, distance_m, said: is_over ? null : said, state: { kind: "ready" } });
  later(TICKET_FRESH_MS);
}

/**
 * The box has hit: now the server decides. A box that misses on the screen costs nothing and is
 * not told to anybody; whether a hit is a catch was rolled when the ticket was made.
 */
export async function throwBox(): Promise<Caught | Refused | Unanswered> {
  const playing = theLine();
  const aimed = encounter;
  const cat = hunt.value?.cat.id;
  if (aimed === null || playing === null || playing.openThrow !== null)
    return { type: "unanswered", why: "no_line" };
  clearTimeout(timer);
  encounter = null;
  become({ kind: "thrown" });
  await new Promise((go) => setTimeout(go, Math.max(0, steady_ms - Date.now())));
  const answer = await playing.catchCat(aimed);
  if (hunt.value?.cat.id !== cat) return answer;
  switch (answer.type) {
    case "caught":
      become({ kind: "caught", caught: answer });
      change({ said: null });
      break;
    case "refused":
      told(answer);
      break;
    case "unanswered":
      if (cat !== undefined) whenPlaying(cat);
  }
  return answer;
}

function told(refused: Refused): void {
  change({ said: refused });
  encounter = null;
  const wait_ms = waitMs(refused, Math.random());
  switch (whatNext(refused)) {
    case "person":
    case "walk":
      become({ kind: "stuck", refused });
      if (refused.reason === "too_far") cameTooShort(refused);
      else if (refused.retry_after_ms !== undefined) later(wait_ms);
      break;
    case "campaign": {
      const campaign = hunt.value?.cat.reward?.campaign;
      if (campaign !== undefined) leaveCampaign(campaign);
      become({ kind: "lost", refused });
      break;
    }
    case "drop":
    case "hide":
    case "later":
      become({ kind: "lost", refused });
      break;
    default:
      if (wait_ms > 1_000) become({ kind: "waiting", refused, until_ms: Date.now() + wait_ms });
      else become({ kind: "aiming" });
      later(wait_ms);
  }
}

/** The store's reach is known now; aim again once it is reached. */
function cameTooShort({ limit_m }: Refused): void {
  const here = fix.value;
  const at = hunt.value;
  if (here === null || at === null || limit_m === undefined) return;
  const reach_m = limit_m - Math.min(here.accuracy_m, SLACK_MAX_M);
  reachOf.value = new Map([...reachOf.value, [at.cat.store.id, reach_m]]);
  const off = effect(() => {
    const now = fix.value;
    if (hunt.value?.cat.id !== at.cat.id || hunt.value.state.kind !== "stuck")
      queueMicrotask(() => off());
    else if (
      now !== null &&
      distanceM(now, at.cat) <= reach_m + Math.min(now.accuracy_m, SLACK_MAX_M)
    )
      later(0);
  });
}

/** The line broke: aim once it is back. */
function whenPlaying(cat: string): void {
  if (line.value.kind === "playing") {
    later(AGAIN_MS);
    return;
  }
  const off = effect(() => {
    const is_over = hunt.value?.cat.id !== cat;
    if (line.value.kind !== "playing" && !is_over) return;
    queueMicrotask(() => off());
    if (!is_over) later(AGAIN_MS);
  });
}

/** Let nobody aim with a position older than half of what the server takes: docs/clients.md. */
function isOld(): boolean {
  const last = fix.value;
  if (last === null) return true;
  return ages.of(last.at_ms, Date.now()) > (rules.value?.fix_max_age_ms ?? 15_000) / 2;
}

function later(wait_ms: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => void aim(), wait_ms);
}

function change(now: Partial<Hunt>): void {
  if (hunt.value !== null) hunt.value = { ...hunt.value, ...now };
}

function become(state: HuntState): void {
  change({ state });
}
