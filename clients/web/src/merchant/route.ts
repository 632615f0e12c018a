/** Where in the console one is: the part of the address after `#`. */

import { signal } from "@preact/signals";

function here(): string[] {
  return location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
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
