/** Which screen is shown, in the address: the phone's own way back works. */

import { signal } from "@preact/signals";

export type ScreenName = "street" | "hunt" | "wallet" | "coupon" | "album" | "leaders" | "settings";

export interface Route {
  screen: ScreenName;
  /** A coupon's place in the wallet, a cat's id. */
  about: string;
}

const SCREENS: ReadonlySet<string> = new Set<ScreenName>([
  ...(["street", "hunt", "wallet", "coupon", "album", "leaders", "settings"] as const),
]);

/** The route of a location's hash; the street for what is none. */
export function routeOf(hash: string): Route {
  const [screen = "", about = ""] = hash.replace(/^#\/?/, "").split("/");
  if (!SCREENS.has(screen)) return { screen: "street", about: "" };
  try {
    return { screen: screen as ScreenName, about: decodeURIComponent(about) };
  } catch {
    return { screen: "street", about: "" }; // a `%` that stands for nothing
  }
}

export function hashOf(screen: ScreenName, about = ""): string {
  return about === "" ? `#${screen}` : `#${screen}/${encodeURIComponent(about)}`;
}

export const route = signal<Route>(routeOf(location.hash));

addEventListener("hashchange", () => {
  route.value = routeOf(location.hash);
});

export function go(screen: ScreenName, about = ""): void {
  location.hash = hashOf(screen, about);
}

/** Back to where one came from, or to the street where that was elsewhere. */
export function goBack(): void {
  if (history.length > 1) history.back();
  else go("street");
}
