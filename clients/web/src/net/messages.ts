/** The messages of `/play`, as docs/protocol.md has them. Units are in the names. */

export interface FixFields {
  lat: number;
  lon: number;
  accuracy_m: number;
  at_ms: number;
  speed_mps?: number;
  heading_deg?: number;
  mock?: boolean;
}

export type Datum = "wgs84" | "gcj02" | "bd09";

export interface Hello {
  type: "hello";
  token: string;
  datum?: Datum;
  client?: string;
  /** What the phone's maker says of it, where a server asks for that. */
  attestation?: string;
}

export interface Fix extends FixFields {
  type: "fix";
}

export interface Aim {
  type: "aim";
  cat: string;
}

export interface Catch {
  type: "catch";
  attempt: string;
  cat: string;
  ticket: string;
  fix?: FixFields;
}

export type ClientMessage = Hello | Fix | Aim | Catch;

export interface Rules {
  view_m: number;
  catch_m: number;
  fix_max_age_ms: number;
  aim_min_ms: number;
}

export interface Cat {
  id: string;
  species: string;
  store: { id: string; name: string };
  lat: number;
  lon: number;
  expires_ms: number;
  left: number;
  reward?: { campaign: string; title: string };
}

export type CouponState = "pending" | "active" | "redeemed" | "expired" | "void";

export interface Coupon {
  code: string | null;
  campaign: string;
  title: string;
  state: CouponState;
  expires_ms: number | null;
}

export interface Welcome {
  type: "welcome";
  session: string;
  player: string;
  now_ms: number;
  rules: Rules;
}

export interface Cats {
  type: "cats";
  appear: Cat[];
  vanish: string[];
}

export interface Encounter {
  type: "encounter";
  cat: string;
  ticket: string;
  expires_ms: number;
  distance_m: number;
  bearing_deg: number;
}

export interface Caught {
  type: "caught";
  attempt: string;
  cat: string;
  species: string;
  points: number;
  coupon: Coupon | null;
}

export interface Refused {
  type: "refused";
  reason: string;
  retry: boolean;
  attempt?: string;
  cat?: string;
  retry_after_ms?: number;
  distance_m?: number;
  limit_m?: number;
  limit?: string;
}

export interface CouponChanged {
  type: "coupon";
  attempt: string | null;
  coupon: Coupon;
}

export interface Notice {
  type: "notice";
  kind: string;
  text: string;
  data: Record<string, unknown>;
}

export interface ProtocolError {
  type: "error";
  code: string;
  message: string;
}

export type ServerMessage =
  | Welcome
  | Cats
  | Encounter
  | Caught
  | Refused
  | CouponChanged
  | Notice
  | ProtocolError;
