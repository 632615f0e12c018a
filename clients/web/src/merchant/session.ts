/** Who has signed in here. The key lives as long as the tab does, and nowhere else. */

import { computed, signal } from "@preact/signals";
import { type CallOptions, call, Problem } from "../net/api";
import type { Role, Till, TillStore } from "./api";
import { download, upload } from "./client";
import { recall, remember } from "./shell/storage";

const KEPT = "catcat.key";

export interface Session {
  key: string;
  role: Role;
  name: string;
  /** The stores that this key may redeem at. */
  tills: TillStore[];
}

export const session = signal<Session | null>(null);
/** Whether a key that was kept is being tried. */
export const opening = signal(recall("sessionStorage", KEPT) !== null);
export const isMerchant = computed(() => session.value?.role === "merchant");

/** Sign in; `Problem` where the key opens nothing here. */
export async function signIn(key: string): Promise<void> {
  const tills: TillStore[] = [];
  let page: Till | null = null;
  do {
    const query: Record<string, string | number> = { limit: 500 };
    if (page?.next) query.cursor = page.next;
    page = await call<Till>("GET", "/v1/till", { key, query });
    tills.push(...page.items);
  } while (page.next !== null);
  remember("sessionStorage", KEPT, key);
  session.value = { key, role: page.role, name: page.name, tills };
}

export function signOut(): void {
  remember("sessionStorage", KEPT, null);
  session.value = null;
}

/** Go on with the key of this tab, if there is one that still opens something. */
export async function resume(): Promise<void> {
  const key = recall("sessionStorage", KEPT);
  try {
    if (key !== null) await signIn(key);
  } finally {
    opening.value = false;
  }
}

/**
 * Ask as whoever has signed in. A key that was revoked meanwhile signs out. What comes for somebody
 * who has signed out meanwhile is nobody's: it is thrown away, as a refusal (401).
 */
export async function ask<Answer>(
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer> {
  return signedIn((key) => call<Answer>(method, path, { ...options, key }));
}

export async function send<Answer>(
  path: string,
  file: { file: Blob; media: string; once: string },
): Promise<Answer> {
  return signedIn((key) => upload<Answer>(key, path, file));
}

export async function save(path: string, name: string): Promise<void> {
  return signedIn((key) => download(key, path, name));
}

async function signedIn<Answer>(asked: (key: string) => Promise<Answer>): Promise<Answer> {
  const key = session.value?.key;
  const isHere = () => key !== undefined && session.value?.key === key;
  const nobody = () => new Problem(401, "unauthenticated", "");
  if (key === undefined) throw nobody();
  try {
    const answer = await asked(key);
    if (isHere()) return answer;
  } catch (error) {
    const isRevoked = error instanceof Problem && error.status === 401;
    if (isRevoked && isHere()) signOut();
    if (isRevoked || isHere()) throw error;
  }
  throw nobody();
}
