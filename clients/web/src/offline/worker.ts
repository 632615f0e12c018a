/**
 * The service worker of the player's page: without a network it opens all the same, and says so.
 *
 * One cache per build, filled as a whole or not at all. HTML comes from the network while there is
 * one, and what is kept of it is never replaced alone: the kept page and the kept files are always
 * of one build. A new worker waits until no page of the old one is open, so that nobody's files go
 * away under them.
 */

import { type Build, cacheOf, outdated, wayOf } from "./plan";

declare const self: ServiceWorkerGlobalScope;
/** Put in by the build (`offline.ts` beside the pages). */
declare const CATCAT_BUILD: Build;

const PAGE = "/";
const PAGE_WITHIN_MS = 4_000;
/** On a bad line the kept page is better than a long wait. */

self.addEventListener("install", (event) => event.waitUntil(keepPage()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("message", (event) => {
  if (event.data === "later") event.waitUntil(keepLater());
});
self.addEventListener("fetch", (event) => {
  switch (wayOf(event.request, CATCAT_BUILD, self.location.origin)) {
    case "page":
      event.respondWith(page(event.request));
      break;
    case "file":
      event.respondWith(file(event.request));
  }
});

async function keepPage(): Promise<void> {
  const cache = await caches.open(cacheOf(CATCAT_BUILD));
  await cache.addAll(CATCAT_BUILD.first);
  const html = await fetch(PAGE, { cache: "no-cache" });
  const isOfThisBuild = html.ok && (await sha256(html.clone())) === CATCAT_BUILD.page;
  // Servers of two builds behind one address, in the middle of a change: later, then.
  if (!isOfThisBuild) throw new Error("the page is of another build");
  await cache.put(PAGE, html);
}

async function sha256(answer: Response): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await answer.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function takeOver(): Promise<void> {
  for (const name of outdated(await caches.keys(), CATCAT_BUILD)) await caches.delete(name);
  await self.clients.claim(); // the very first page, which came without a worker
}

async function keepLater(): Promise<void> {
  const cache = await caches.open(cacheOf(CATCAT_BUILD));
  for (const path of CATCAT_BUILD.later)
    if ((await cache.match(path)) === undefined) await cache.add(path);
}

async function page(request: Request): Promise<Response> {
  const cache = await caches.open(cacheOf(CATCAT_BUILD));
  const kept = await cache.match(PAGE);
  if (kept === undefined) return fetch(request);
  const inTime = AbortSignal.timeout(PAGE_WITHIN_MS);
  try {
    // A request that navigates can't be given a signal.
    const answer = await fetch(request.url, { cache: "no-cache", signal: inTime });
    return answer.status < 500 ? answer : kept;
  } catch {
    return kept;
  }
}

async function file(request: Request): Promise<Response> {
  const cache = await caches.open(cacheOf(CATCAT_BUILD));
  const kept = await cache.match(request.url);
  if (kept !== undefined) return kept;
  const answer = await fetch(request);
  if (answer.status === 200) await cache.put(request.url, answer.clone());
  return answer;
}
