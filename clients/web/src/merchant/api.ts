/** What the API says to merchants and clerks, as `/openapi.json` describes it. */

export interface Listed<Item> {
  items: Item[];
  next: string | null;
}

export type Datum = "wgs84" | "gcj02" | "bd09";
export type Role = "merchant" | "clerk";

export interface TillStore {
  id: string;
  name: string;
  address: string | null;
  ref: string | null;
}

export interface Till extends Listed<TillStore> {
  role: Role;
  merchant: string;
  name: string;
}

/** GeoJSON: positions are [longitude, latitude]. */
export type Drawn =
  | { type: "Polygon"; coordinates: number[][][] }
  | { type: "MultiPolygon"; coordinates: number[][][][] };

export interface SpawnPlan {
  cats_alive: number;
  lifetime_s: number;
  radius_m: number | null;
  species: Record<string, number> | null;
  campaign: string | null;
  catches_per_cat: number;
  active: { from: string | null; to: string | null; hours: string | null };
  area: Drawn | null;
  players_max: number | null;
}

export interface Store {
  id: string;
  name: string;
  lat: number;
  lon: number;
  datum: Datum;
  address: string | null;
  timezone: string;
  opening_hours: string | null;
  catch_m: number;
  state: "active" | "paused";
  ref: string | null;
  spawn_plan: SpawnPlan | null;
}

/** A store to be: what is left out the server finds, or it is as usual. */
export type NewStore = Partial<Omit<Store, "id" | "spawn_plan">> & { candidate?: string };

export interface Candidate {
  id: string;
  address: string;
  lat: number;
  lon: number;
  datum: Datum;
}

export interface Places {
  candidates: Candidate[];
  attribution: string | null;
}

export interface CatToBe {
  species: string;
  lat: number;
  lon: number;
}

export interface PlanPreview {
  cats: CatToBe[];
  area_m2: number;
  active: boolean;
  turns_ms: number | null;
}

export interface Species {
  id: string;
  name_en: string;
  name_zh: string;
  rarity: string;
  weight: number;
  points: number;
  catch_rate: number;
  art: string;
}

export type CampaignKind = "percent" | "amount" | "gift";
export type CampaignState = "active" | "paused" | "ended";

export interface Campaign {
  id: string;
  title: string;
  kind: CampaignKind;
  value: number;
  currency: string | null;
  terms: string;
  stock: number;
  per_player: number | null;
  per_player_day: number | null;
  starts_at: string | null;
  ends_at: string | null;
  valid_for_s: number;
  state: CampaignState;
  codes: "generated" | "uploaded";
  budget: number | null;
  pace: "even" | null;
  uploaded: number;
  reserved: number;
  issued: number;
  redeemed: number;
}

export type NewCampaign = Omit<
  Campaign,
  "id" | "uploaded" | "reserved" | "issued" | "redeemed" | "value"
> & { value: number | null };

export type CodeReason =
  | "too_many_columns"
  | "empty"
  | "too_short"
  | "too_long"
  | "bad_character"
  | "spoiled_number"
  | "like_generated"
  | "repeated"
  | "taken";

export interface CodesReport {
  added: number;
  rejected_total: number;
  reasons: Record<string, number>;
  rejected: { line: number; code: string; reason: CodeReason }[];
}

export type CouponState = "active" | "redeemed" | "expired" | "void";

export interface CouponDetails {
  code: string;
  title: string;
  kind: CampaignKind;
  value: number;
  currency: string | null;
  terms: string;
  state: CouponState;
  expires_ms: number;
  redeemed_ms: number | null;
  redeemed_store: string | null;
}

export interface ImportReport {
  dry_run: boolean;
  lines: number;
  added: number;
  changed: number;
  unchanged: number;
  rejected_total: number;
  taken: { line: number; did: "added" | "changed" | "unchanged"; store: string | null }[];
  rejected: { line: number; field: string; message: string }[];
  warnings: {
    code: string;
    message: string;
    /** These of `looks_like_another_datum`. */
    said?: Datum;
    looks_like?: Datum;
    pairs?: number;
    off_m?: number;
    fits_m?: number;
  }[];
  ignored: string[];
}

/** The cats that are out at a store now. */
export interface StoreNow {
  store: string;
  cats: number;
  left: number;
  caught_hour: number;
}

export interface StreetNow {
  at_ms: number;
  stores: StoreNow[];
}

export interface Redemption {
  code: string;
  campaign: string;
  title: string;
  store: string;
  at_ms: number;
}

/** What a store's cats were to players in an hour: told of, aimed at, caught. */
export interface WalkedHour {
  store: string;
  hour_ms: number;
  seen: number;
  approached: number;
  caught: number;
}

export interface RedeemedHour {
  store: string;
  hour_ms: number;
  redeemed: number;
}

/** What came of one store's cats in one hour. */
export interface FunnelHour {
  store: string;
  hour_ms: number;
  seen: number;
  approached: number;
  caught: number;
  redeemed: number;
}

export interface FieldError {
  field: string;
  message: string;
}

/** What became of a campaign's coupons; `issued` is the sum of the other numbers. */
export interface CampaignFunnel {
  campaign: string;
  title: string;
  issued: number;
  active: number;
  redeemed: number;
  expired: number;
  void: number;
}
