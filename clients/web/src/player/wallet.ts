/** The player's coupons: from the server, from messages as they come, and a copy for no network. */

import { signal } from "@preact/signals";
import { type Coupon, type CouponChanged, Mine, NoAnswer, Problem } from "../net";
import { awaited, changed, isSame, type WalletCoupon, withPending, withRecord } from "./coupons";
import { keep, kept } from "./keep";
import { guest } from "./state";

interface Copy {
  player: string;
  saved_ms: number;
  coupons: WalletCoupon[];
}

export const coupons = signal<readonly WalletCoupon[]>([]);
/** When the server last said what is in the wallet; null: never on this device. */
export const asked_ms = signal<number | null>(null);
/** What is shown is the copy: the server could not be asked. */
export const isCopy = signal(true);
/** News for the wallet's badge and a live region: the coupon that changed last. */
export const news = signal<WalletCoupon | null>(null);

const COUPONS_MOST = 1000;

/** Show the copy of the last visit, for the time until the server answers. */
export function openCopy(player: string): void {
  const copy = kept<Copy>("wallet");
  const is_mine = copy !== null && copy.player === player;
  coupons.value = is_mine ? copy.coupons : [];
  asked_ms.value = is_mine ? copy.saved_ms : null;
  isCopy.value = true;
}

/** Ask the server. Without an answer the copy stays, and is called one. Throws nothing. */
export async function refresh(): Promise<void> {
  const asker = guest.value;
  if (asker === null) return;
  const found: WalletCoupon[] = [];
  try {
    for await (const coupon of new Mine(asker.token).coupons(100)) {
      found.push(coupon);
      if (found.length >= COUPONS_MOST) break;
    }
  } catch (error) {
    if (error instanceof Problem || error instanceof NoAnswer) {
      isCopy.value = true;
      return;
    }
    throw error;
  }
  if (guest.value?.player !== asker.player) return;
  coupons.value = withPending(found, coupons.value);
  asked_ms.value = Date.now();
  isCopy.value = false;
  save();
  await askWhatBecame(asker.token, asker.player);
}

/** Of coupons that are on their way: those that ran out while nobody listened are in no list. */
async function askWhatBecame(token: string, player: string): Promise<void> {
  const open = awaited(coupons.value);
  if (open.size === 0) return;
  let asked = 0;
  try {
    for await (const record of new Mine(token).catches(100)) {
      if (guest.value?.player !== player) return;
      coupons.value = withRecord(coupons.value, record);
      open.delete(record.attempt);
      if (open.size === 0 || ++asked >= COUPONS_MOST) break;
    }
  } catch (error) {
    if (!(error instanceof Problem || error instanceof NoAnswer)) throw error;
  }
  save();
}

/** Take in a coupon that came with a catch, or a change of one. */
export function heard(attempt: string | null, coupon: Coupon): void {
  coupons.value = changed(coupons.value, attempt, coupon, Date.now());
  save();
}

/** A `coupon` message: somebody must hear of it. */
export function heardChange({ attempt, coupon }: CouponChanged): void {
  heard(attempt, coupon);
  tell(attempt, coupon);
}

/** Let the person know of a coupon that is in the wallet. */
export function tell(attempt: string | null, coupon: Coupon): void {
  news.value = coupons.value.find((held) => isSame(held, attempt, coupon)) ?? null;
}

function save(): void {
  if (guest.value === null) return;
  const copy: Copy = {
    player: guest.value.player,
    saved_ms: asked_ms.value ?? Date.now(),
    coupons: coupons.value.slice(0, 200),
  };
  keep("wallet", copy);
}
