/** What players and anyone may ask for over HTTP. */

import { type Call, call, type Listed, pages } from "./api";
import type { Coupon } from "./messages";

/** A new player, and the token that plays as this player until `expires_ms`. */
export interface Guest {
  player: string;
  token: string;
  expires_ms: number;
}

/** A player's own summary. `banned_until_ms` is null for a ban that has no end. */
export interface Me {
  player: string;
  points: number;
  catches: number;
  species: Record<string, number>;
  banned: boolean;
  banned_until_ms: number | null;
}

export interface WalletCoupon extends Coupon {
  code: string;
  expires_ms: number;
  issued_ms: number;
  redeemed_ms: number | null;
  store: string;
  cat: string;
  catch: string;
  attempt: string | null;
}

/** `owed` while its coupon is still to come; `no_coupon` is why there is none after all. */
export interface CatchRecord {
  catch: string;
  cat: string;
  attempt: string;
  species: string;
  points: number;
  store: string;
  at_ms: number;
  campaign: string | null;
  owed: boolean;
  no_coupon: string | null;
}

/** `catch_rate` is the chance that a throw hits, `weight` how common it is. */
export interface Species {
  id: string;
  name_en: string;
  name_zh: string;
  rarity: string;
  weight: number;
  points: number;
  catch_rate: number;
  art: string;
  about_en: string;
  about_zh: string;
}

export interface Rank {
  rank: number;
  player: string;
  points: number;
  catches: number;
}

export type Period = "day" | "week" | "all";

/** Where the game is played: WGS-84, a circle around all stores where cats live. */
export interface StreetMap {
  centre: { lat: number; lon: number } | null;
  radius_m: number;
  stores: { id: string; name: string; lat: number; lon: number }[];
}

/** What the operator has set for the pages. */
export interface PageSettings {
  tiles: { url: string; kind: "raster" | "style"; attribution: string } | null;
  event: { name: string; at_ms: number } | null;
  /** The players' page may walk by itself. */
  practice: boolean;
}

/** Let somebody in. The same `once` (an Idempotency-Key) is the same guest. */
export function signUp(once: string, via: Call = call): Promise<Guest> {
  return via("POST", "/v1/players", { once });
}

/** All kinds of cats, in the order of the album. */
export async function species(via: Call = call): Promise<Species[]> {
  return (await via<Listed<Species>>("GET", "/v1/species")).items;
}

export async function leaderboard(period: Period, limit = 50, via: Call = call): Promise<Rank[]> {
  const query = { period, limit };
  return (await via<Listed<Rank>>("GET", "/v1/leaderboard", { query })).items;
}

export function streetMap(via: Call = call): Promise<StreetMap> {
  return via("GET", "/v1/map");
}

export function pageSettings(via: Call = call): Promise<PageSettings> {
  return via("GET", "/v1/config");
}

/** What one player may ask for, with that player's token. */
export class Mine {
  constructor(
    readonly token: string,
    readonly via: Call = call,
  ) {}

  me(): Promise<Me> {
    return this.via("GET", "/v1/me", { key: this.token });
  }

  /** The newest first. */
  coupons(limit = 50): AsyncGenerator<WalletCoupon, void, undefined> {
    return pages("/v1/me/coupons", { key: this.token, query: { limit } }, this.via);
  }

  /** The newest first. */
  catches(limit = 50): AsyncGenerator<CatchRecord, void, undefined> {
    return pages("/v1/me/catches", { key: this.token, query: { limit } }, this.via);
  }

  /** A coupon's code as an SVG, for a till's scanner. */
  qr(code: string): Promise<string> {
    const path = `/v1/coupons/${encodeURIComponent(code)}/qr.svg`;
    return this.via("GET", path, { key: this.token, as: "text" });
  }

  /** Be forgotten: the token opens nothing more. */
  forget(): Promise<void> {
    return this.via("DELETE", "/v1/me", { key: this.token });
  }
}
