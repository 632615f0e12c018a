/** The till: at which store it stands, what it was last asked, and what it said. */

import { computed, signal } from "@preact/signals";
import type { CouponDetails } from "../api";
import { post } from "../posting";
import { ask, session } from "../session";
import { recall, remember } from "../shell/storage";
import { asked } from "./code";
import { sound } from "./sound";
import { done, lookedAt, refusedAs, type Verdict } from "./verdict";

const KEPT = "catcat.till";

const kept = signal(recall("localStorage", KEPT) ?? "");

/** The store at which this till stands; the only one where there is one. */
export const store = computed(() => {
  const tills = session.value?.tills ?? [];
  const known = tills.find((each) => each.id === kept.value);
  return known ?? (tills.length === 1 ? tills[0] : undefined);
});

export function standAt(id: string): void {
  kept.value = id;
  remember("localStorage", KEPT, id);
}

export const verdict = signal<Verdict | null>(null);
export const busy = signal(false);
/** What was redeemed here since this page was opened, the newest first. */
export const lately = signal<{ coupon: CouponDetails; at_ms: number }[]>([]);

const LATELY_MOST = 10;
/** A customer waits at the counter: rather ask again, with the same key, than wait for long. */
const TRY_MS = 5_000;

// What one clerk did is not the next one's to see.
session.subscribe((now) => {
  if (now !== null) return;
  verdict.value = null;
  lately.value = [];
});

/**
 * Redeem a code here; the answer is `verdict`. A code that is tried again because no answer came,
 * however much later, is the same request: if it was redeemed after all, the clerk hears so instead
 * of "already".
 */
export function redeem(text: string): Promise<void> {
  const at = store.value;
  return answer(text, async (code) => {
    if (at === undefined) return { kind: "nostore", code };
    const path = `/v1/coupons/${encodeURIComponent(code)}/redeem`;
    return done(await post<CouponDetails>(path, { store: at.id }, { timeout_ms: TRY_MS }));
  });
}

/** Look what a code is worth, and leave it as it is. */
export function look(text: string): Promise<void> {
  return answer(text, async (code) =>
    lookedAt(await ask<CouponDetails>("GET", `/v1/coupons/${encodeURIComponent(code)}`)),
  );
}

/** Take a redemption back; what is refused is thrown. */
export async function takeBack(code: string, reason: string): Promise<void> {
  await post(`/v1/coupons/${encodeURIComponent(code)}/reverse`, { reason });
  lately.value = lately.value.filter((each) => each.coupon.code !== code);
  verdict.value = null;
}

async function answer(text: string, said: (code: string) => Promise<Verdict>): Promise<void> {
  const code = asked(text);
  if (code === "" || busy.value) return;
  const who = session.value?.key;
  busy.value = true;
  let found: Verdict;
  try {
    found = await said(code).catch((error) => refusedAs(error, code));
    if (session.value?.key !== who) return;
    verdict.value = found;
  } finally {
    busy.value = false;
  }
  const { kind, coupon } = found;
  if (kind === "done" && coupon)
    lately.value = [{ coupon, at_ms: Date.now() }, ...lately.value].slice(0, LATELY_MOST);
  sound(kind);
}
