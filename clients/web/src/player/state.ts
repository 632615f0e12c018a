/** All that the page knows, in signals. Actions change it (game.ts, wallet.ts ...); views read it. */

import { computed, signal } from "@preact/signals";
import type {
  Cat,
  Caught,
  FixFields,
  Guest,
  LineState,
  Me,
  PageSettings,
  Refused,
  Rules,
  Species,
} from "../net";
import type { Facing } from "./facing";
import { byDistance, type Seen, type Spot, steadyNearest } from "./ground";

/** The player. Whoever has the token is this player. */
export type { Guest, Me, Species };

export const guest = signal<Guest | null>(null);
/** Said on the welcome screen: the last guest's token had expired, or the player was forgotten. */
export const farewell = signal<"expired" | "forgotten" | null>(null);

// --- the line to the server ---

export const line = signal<LineState>({ kind: "ended", code: 1000, why: "not_started" });
export const rules = signal<Rules | null>(null);

// --- the place ---

export type PlaceTrouble = "denied" | "unavailable" | "timeout" | "unsupported";

export const fix = signal<FixFields | null>(null);
export const placeTrouble = signal<PlaceTrouble | null>(null);
/** Where the phone points; null where it does not say. */
export const compass = signal<Facing | null>(null);

// --- the street ---

export interface Store extends Spot {
  id: string;
  name: string;
}

export const stores = signal<readonly Store[]>([]);
/** The names of stores by id, also of the last visit: for a wallet without a network. */
export const shops = signal<Readonly<Record<string, string>>>({});
export const tiles = signal<PageSettings["tiles"]>(null);
/** The operator lets people practise; null while that is not known. */
export const mayPractise = signal<boolean | null>(null);
export const cats = signal<ReadonlyMap<string, Cat>>(new Map());
/** Campaigns that are not for this player any more today. */
export const leftCampaigns = signal<ReadonlySet<string>>(new Set());
/** The reach of stores that have said so in a `too_far`, without the fix's own vagueness. */
export const reachOf = signal<ReadonlyMap<string, number>>(new Map());
/** The cat that the arrow points to; the nearest where none is chosen. */
export const chosen = signal<string | null>(null);

export type NearCat = Seen<Cat> & { reach_m: number; is_in_reach: boolean };

/** What a vague position adds to a store's reach, at most: docs/clients.md. */
export const SLACK_MAX_M = 20;

/** So many markers and rows at the most; the server shows more where streets are full. */
const NEAR_MOST = 100;

export const near = computed<readonly NearCat[]>(() => {
  const here = fix.value;
  if (here === null) return [];
  const shown = [...cats.value.values()].filter(
    ({ reward }) => reward === undefined || !leftCampaigns.value.has(reward.campaign),
  );
  const slack_m = Math.min(here.accuracy_m, SLACK_MAX_M);
  return byDistance(here, shown)
    .slice(0, NEAR_MOST)
    .map((cat) => {
      const reach_m = (reachOf.value.get(cat.store.id) ?? rules.value?.catch_m ?? 40) + slack_m;
      return { ...cat, reach_m, is_in_reach: cat.distance_m <= reach_m };
    });
});

/** Of the last time: what `target` stays with, as long as it is about as near as any. */
let targeted: string | null = null;

/** The cat that the street's card is about. */
export const target = computed<NearCat | null>(() => {
  const wanted = near.value.find(({ id }) => id === chosen.value);
  const found = wanted ?? steadyNearest(near.value, targeted);
  targeted = found?.id ?? null;
  return found;
});

// --- the hunt ---

export type HuntState =
  /** Looking for a fresh position first. */
  | { kind: "locating" }
  /** Aimed; the server has not answered yet. */
  | { kind: "aiming" }
  /** There is a ticket: throw. */
  | { kind: "ready" }
  /** The box has hit, and the server has not answered yet. */
  | { kind: "thrown" }
  /** Refused; goes on by itself at `until_ms`. */
  | { kind: "waiting"; refused: Refused; until_ms: number }
  /** Refused; only the player can change something. */
  | { kind: "stuck"; refused: Refused }
  /** Not this one. */
  | { kind: "lost"; refused: Refused }
  | { kind: "caught"; caught: Caught };

export interface Hunt {
  cat: Cat;
  bearing_deg: number;
  distance_m: number;
  state: HuntState;
  /** The last refusal, until something better happens. */
  said: Refused | null;
}

export const hunt = signal<Hunt | null>(null);

// --- cats in the album, points ---

export const species = signal<readonly Species[]>([]);
export const me = signal<Me | null>(null);
