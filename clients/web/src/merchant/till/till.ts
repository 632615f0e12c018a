/** The till: at which store it stands, what it was last asked, and what it said. */

import { computed, signal } from "@preact/signals";
import type { CouponDetails } from "../api";
import { ask, session } from "../session";
import { newOnce } from "../shell/once";
import { asked } from "./code";
import { sound } from "./sound";
import { done, lookedAt, refusedAs, type Verdict } from "./verdict";

const KEPT = "catcat.till";

const kept = signal(localStorage.getItem(KEPT) ?? "");

/** The store at which this till stands; the only one where there is one. */
export const store = computed(() => {
  const tills = session.value?.tills ?? [];
  const known = tills.find((each) => each.id === kept.value);
  return known ?? (tills.length === 1 ? tills[0] : undefined);
});

export function standAt(id: string): void {
  kept.value = id;
  localStorage.setItem(KEPT, id);
}

export const verdict = signal<Verdict | null>(null);
export const busy = signal(false);
/** What was redeemed here since this page was opened, the newest first. */
export const lately = signal<{ coupon: CouponDetails; at_ms: number }[]>([]);

const LATELY_MOST = 10;

/** Redeem a code here; the answer is `verdict`. */
export function redeem(text: string): Promise<void> {
  const at = store.value;
  return answer(text, async (code) => {
    if (at === undefined) return { kind: "nostore", code };
    const path = `/v1/coupons/${encodeURIComponent(code)}/redeem`;
    const coupon = await ask<CouponDetails>("POST", path, {
      body: { store: at.id },
      once: onceFor(`${code} ${at.id}`),
    });
    lately.value = [{ coupon, at_ms: Date.now() }, ...lately.value].slice(0, LATELY_MOST);
    return done(coupon);
  });
}

/**
 * The same for a code that is tried again because no answer came: if it was redeemed after all, the
 * clerk hears so instead of "already".
 */
function onceFor(what: string): string {
  const isAgain = unanswered?.what === what && verdict.value?.kind === "offline";
  if (!isAgain || unanswered === null) unanswered = { what, once: newOnce() };
  return unanswered.once;
}

let unanswered: { what: string; once: string } | null = null;

/** Look what a code is worth, and leave it as it is. */
export function look(text: string): Promise<void> {
  return answer(text, async (code) =>
    lookedAt(await ask<CouponDetails>("GET", `/v1/coupons/${encodeURIComponent(code)}`)),
  );
}

/** Take a redemption back; what is refused is thrown. */
export async function takeBack(code: string, reason: string): Promise<void> {
  const path = `/v1/coupons/${encodeURIComponent(code)}/reverse`;
  await ask("POST", path, { body: { reason }, once: newOnce() });
  lately.value = lately.value.filter((each) => each.coupon.code !== code);
  verdict.value = null;
}

async function answer(text: string, said: (code: string) => Promise<Verdict>): Promise<void> {
  const code = asked(text);
  if (code === "" || busy.value) return;
  busy.value = true;
  try {
    verdict.value = await said(code).catch((error) => refusedAs(error, code));
  } finally {
    busy.value = false;
  }
  if (verdict.value !== null) sound(verdict.value.kind);
}
