/** What the service worker does about a request. */

/** What a build put into the player's page; `CATCAT_BUILD` of `worker.ts`. */
export interface Build {
  /** Another one whenever anything below is. */
  version: string;
  /** SHA-256 of the page's HTML, in hexadecimal. */
  page: string;
  /** Paths of what the page needs to open. */
  first: readonly string[];
  /** Paths of what it loads later: the map, the cats. */
  later: readonly string[];
}

/**
 * - `page`: from the network, and only without one the page that was kept
 * - `file`: what was kept; its name changes with what is in it
 * - `network`: none of our business, and so is every answer of the API
 */
export type Way = "page" | "file" | "network";

export interface Asked {
  readonly method: string;
  readonly mode: string;
  readonly url: string;
}

const PAGE = "/";

export function wayOf(asked: Asked, build: Build, origin: string): Way {
  const url = new URL(asked.url);
  if (asked.method !== "GET" || url.origin !== origin) return "network";
  if (asked.mode === "navigate") return url.pathname === PAGE ? "page" : "network";
  const isOurs = build.first.includes(url.pathname) || build.later.includes(url.pathname);
  return isOurs && url.search === "" ? "file" : "network";
}

const PREFIX = "catcat-";

export function cacheOf(build: Build): string {
  return PREFIX + build.version;
}

/** The caches of other builds: nobody has a page of them open when this one takes over. */
export function outdated(names: readonly string[], build: Build): string[] {
  return names.filter((name) => name.startsWith(PREFIX) && name !== cacheOf(build));
}
