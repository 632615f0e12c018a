/** What the merchant has: stores, campaigns and the kinds of cats, read once and kept up to date. */

import { computed, signal } from "@preact/signals";
import { pages } from "../net/api";
import type { Campaign, Listed, Species, Store } from "./api";
import { ask, session } from "./session";

export const stores = signal<Store[] | null>(null);
export const campaigns = signal<Campaign[] | null>(null);
export const species = signal<Species[]>([]);
/** What became of the last attempt to read it all. */
export const trouble = signal<unknown>(null);

export const storeById = computed(() => new Map(stores.value?.map((each) => [each.id, each])));
export const campaignById = computed(
  () => new Map(campaigns.value?.map((each) => [each.id, each])),
);
/** Names of stores, also for clerks. */
export const storeNames = computed(
  () => new Map(session.value?.tills.map((each) => [each.id, each.name])),
);
export const timezones = computed(() => {
  const found = new Map<string, number>();
  for (const { timezone } of stores.value ?? []) {
    found.set(timezone, (found.get(timezone) ?? 0) + 1);
  }
  return [...found].sort((a, b) => b[1] - a[1]).map(([zone]) => zone);
});

export async function readShop(): Promise<void> {
  trouble.value = null;
  const who = session.peek()?.key;
  try {
    const [kinds] = await Promise.all([
      ask<Listed<Species>>("GET", "/v1/species"),
      readStores(),
      readCampaigns(),
    ]);
    species.value = kinds.items;
  } catch (error) {
    if (session.peek()?.key === who) trouble.value = error;
  }
}

export async function readStores(): Promise<void> {
  stores.value = await everything<Store>("/v1/stores");
  const now = session.value;
  if (now) session.value = { ...now, tills: stores.value };
}

export async function readCampaigns(): Promise<void> {
  campaigns.value = await everything<Campaign>("/v1/campaigns");
}

export function keepStore(store: Store): void {
  stores.value = kept(stores.value ?? [], store);
  const now = session.value;
  if (now) session.value = { ...now, tills: stores.value };
}

export function keepCampaign(campaign: Campaign): void {
  campaigns.value = kept(campaigns.value ?? [], campaign);
}

export function dropStore(id: string): void {
  stores.value = (stores.value ?? []).filter((each) => each.id !== id);
}

async function everything<Item>(path: string): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of pages<Item>(path, { query: { limit: 500 } }, ask)) found.push(item);
  return found;
}

/** Forget it all: somebody else may sign in next. */
export function closeShop(): void {
  stores.value = null;
  campaigns.value = null;
}

function kept<Thing extends { id: string }>(things: Thing[], thing: Thing): Thing[] {
  const known = things.some((each) => each.id === thing.id);
  return known ? things.map((each) => (each.id === thing.id ? thing : each)) : [...things, thing];
}
