/** Where in the console one is: the part of the address after `#`. */

import { signal } from "@preact/signals";

/** The parts of an address; one that cannot be read leads where an empty one does. */
export function partsOf(hash: string): string[] {
  try {
    return hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    return []; // a % that stands for nothing
  }
}

function here(): string[] {
  return partsOf(location.hash);
}

/** `#/stores/sto_1/cats` is `["stores", "sto_1", "cats"]`. */
export const route = signal<string[]>(here());

addEventListener("hashchange", () => {
  route.value = here();
});

export function href(...parts: string[]): string {
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}

export function go(...parts: string[]): void {
  location.hash = href(...parts);
}
