/** What becomes of the coupons in a wallet. Pure: no storage, no server. */

import type { CatchRecord, Coupon, CouponState } from "../net";

export interface WalletCoupon {
  code: string | null;
  title: string;
  state: CouponState;
  expires_ms: number | null;
  issued_ms: number | null;
  redeemed_ms: number | null;
  attempt: string | null;
  /** Where to spend it, by id; not known while it is on its way. */
  store?: string | undefined;
}

/** Whether this is the coupon that was told of. */
export function isSame(held: WalletCoupon, attempt: string | null, coupon: Coupon): boolean {
  return coupon.code !== null && held.code !== null
    ? held.code === coupon.code
    : attempt !== null && held.attempt === attempt;
}

/** The wallet after news of one coupon: the one that it is about, or a new one in front. */
export function changed(
  wallet: readonly WalletCoupon[],
  attempt: string | null,
  { code, title, state, expires_ms }: Coupon,
  now_ms: number,
): WalletCoupon[] {
  const told = { code, title, state, expires_ms, campaign: "" };
  const old = wallet.find((held) => isSame(held, attempt, told));
  const redeemed_ms = state === "redeemed" ? (old?.redeemed_ms ?? now_ms) : null;
  const now: WalletCoupon = {
    code: code ?? old?.code ?? null,
    title,
    state,
    expires_ms: expires_ms ?? old?.expires_ms ?? null,
    issued_ms: old?.issued_ms ?? now_ms,
    redeemed_ms,
    attempt: attempt ?? old?.attempt ?? null,
    ...(old?.store !== undefined && { store: old.store }),
  };
  return old === undefined ? [now, ...wallet] : wallet.map((held) => (held === old ? now : held));
}

/** What the server lists, and in front of it what is still on its way there. */
export function withPending(
  listed: readonly WalletCoupon[],
  before: readonly WalletCoupon[],
): WalletCoupon[] {
  const arrived = new Set(listed.map(({ attempt }) => attempt));
  const pending = before.filter((coupon) => isPromise(coupon) && !arrived.has(coupon.attempt));
  return [...pending, ...listed];
}

/** What was said to be on its way and has no code: no list of the server's has it. */
function isPromise({ code, state }: WalletCoupon): boolean {
  return state === "pending" || (state === "void" && code === null);
}

/** The attempts whose coupons are still on their way, as far as the wallet knows. */
export function awaited(wallet: readonly WalletCoupon[]): Set<string> {
  const pending = wallet.filter(({ state }) => state === "pending");
  return new Set(pending.flatMap(({ attempt }) => attempt ?? []));
}

/** The wallet after a look at the record: where it says why there is no coupon, none will come. */
export function withRecord(
  wallet: readonly WalletCoupon[],
  { attempt, no_coupon }: Pick<CatchRecord, "attempt" | "no_coupon">,
): readonly WalletCoupon[] {
  if (no_coupon === null) return wallet;
  return wallet.map((held) =>
    held.state === "pending" && held.attempt === attempt ? { ...held, state: "void" } : held,
  );
}

/** How a coupon stands now: the clock may be ahead of the last news. */
export function stateAt({ state, expires_ms }: WalletCoupon, now_ms: number): CouponState {
  const is_over = state === "active" && expires_ms !== null && expires_ms <= now_ms;
  return is_over ? "expired" : state;
}
