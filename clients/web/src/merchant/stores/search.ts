/** Finding a store among hundreds by what somebody remembers of it. */

import type { Store } from "../api";

/** The stores in which every word stands: in the name, the address or the number. */
export function found(stores: readonly Store[], text: string): Store[] {
  const words = plain(text).split(/\s+/).filter(Boolean);
  return stores.filter((store) => {
    const said = plain(`${store.name} ${store.address ?? ""} ${store.ref ?? ""}`);
    return words.every((word) => said.includes(word));
  });
}

function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
