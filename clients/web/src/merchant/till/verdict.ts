/** What became of a code at the till: one answer, of one kind. */

import { NoAnswer, Problem } from "../../net/api";
import type { CouponDetails } from "../api";

export type VerdictKind =
  | "done"
  | "good"
  | "again"
  | "expired"
  | "void"
  | "other"
  | "unknown"
  | "nostore"
  | "offline"
  | "later";

export interface Verdict {
  kind: VerdictKind;
  code: string;
  coupon?: CouponDetails;
  /** When and where it was redeemed, or when it expired. */
  at_ms?: number;
  store?: string;
}

/** The coupon was redeemed just now. */
export function done(coupon: CouponDetails): Verdict {
  return { kind: "done", code: coupon.code, coupon };
}

/** What a coupon that was only looked at is. */
export function lookedAt(coupon: CouponDetails): Verdict {
  const { code, state } = coupon;
  if (state === "redeemed") return { ...redeemedBefore(coupon), code, coupon };
  if (state === "expired") return { kind: "expired", code, coupon, at_ms: coupon.expires_ms };
  return { kind: state === "void" ? "void" : "good", code, coupon };
}

/** Why a code was not redeemed. What is no answer of the API's is thrown on. */
export function refusedAs(error: unknown, code: string): Verdict {
  if (error instanceof NoAnswer) return { kind: "offline", code };
  if (!(error instanceof Problem)) throw error;
  switch (error.code) {
    case "already_redeemed":
      return { ...redeemedBefore(error.more as Partial<CouponDetails>), code };
    case "expired":
      return { kind: "expired", code, ...at(error.more.expires_ms) };
    case "void":
      return { kind: "void", code };
    case "wrong_merchant":
      return { kind: "other", code };
    case "unknown_coupon":
      return { kind: "unknown", code };
    case "invalid":
      return { kind: "nostore", code };
    default:
      // Whether a server that broke has done it, nobody knows.
      return { kind: error.status >= 500 ? "offline" : "later", code };
  }
}

function redeemedBefore({ redeemed_ms, redeemed_store }: Partial<CouponDetails>) {
  const where = redeemed_store ? { store: redeemed_store } : {};
  return { kind: "again" as const, ...at(redeemed_ms), ...where };
}

function at(at_ms: unknown): { at_ms?: number } {
  return typeof at_ms === "number" ? { at_ms } : {};
}
