/** What all stores have together, and which of them first. */

import type { StoreNow } from "../api";

export function sums(stores: readonly StoreNow[]): Omit<StoreNow, "store"> {
  const all = { cats: 0, left: 0, caught_hour: 0 };
  for (const each of stores) {
    all.cats += each.cats;
    all.left += each.left;
    all.caught_hour += each.caught_hour;
  }
  return all;
}

export function busiest(stores: readonly StoreNow[]): StoreNow[] {
  return [...stores].sort((a, b) => b.caught_hour - a.caught_hour || b.cats - a.cats);
}
