/** Who has signed in here. The key lives as long as the tab does, and nowhere else. */

import { computed, signal } from "@preact/signals";
import type { Role, Till, TillStore } from "./api";
import { type Ask, asking, json, Refused } from "./client";

const KEPT = "catcat.key";

export interface Session {
  ask: Ask;
  role: Role;
  name: string;
  /** The stores that this key may redeem at. */
  tills: TillStore[];
}

export const session = signal<Session | null>(null);
/** Whether a key that was kept is being tried. */
export const opening = signal(sessionStorage.getItem(KEPT) !== null);
export const isMerchant = computed(() => session.value?.role === "merchant");

/** Sign in; `Refused` where the key opens nothing here. */
export async function signIn(key: string): Promise<void> {
  const ask = asking(key);
  const first = await json<Till>(ask("/v1/till?limit=500"));
  const tills = first.items;
  for (let next = first.next; next !== null; ) {
    const page = await json<Till>(ask(`/v1/till?limit=500&cursor=${encodeURIComponent(next)}`));
    tills.push(...page.items);
    next = page.next;
  }
  sessionStorage.setItem(KEPT, key);
  session.value = { ask: watched(ask), role: first.role, name: first.name, tills };
}

export function signOut(): void {
  sessionStorage.removeItem(KEPT);
  session.value = null;
}

/** Go on with the key of this tab, if there is one that still opens something. */
export async function resume(): Promise<void> {
  const key = sessionStorage.getItem(KEPT);
  try {
    if (key !== null) await signIn(key);
  } catch (error) {
    if (error instanceof Refused && (error.status === 401 || error.status === 403)) signOut();
    else throw error;
  } finally {
    opening.value = false;
  }
}

/** The session's way to ask; only called below the sign-in. */
export function ask(...asked: Parameters<Ask>): Promise<Response> {
  if (session.value === null) return Promise.reject(new Refused(401, "unauthenticated", ""));
  return session.value.ask(...asked);
}

/** A key that was revoked meanwhile signs out. */
function watched(ask: Ask): Ask {
  return async (...asked) => {
    try {
      return await ask(...asked);
    } catch (error) {
      if (error instanceof Refused && error.status === 401) signOut();
      throw error;
    }
  };
}
