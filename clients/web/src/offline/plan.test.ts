import { expect, test } from "vitest";
import { type Build, cacheOf, outdated, wayOf } from "./plan";

const ORIGIN = "https://cats.example";
const BUILD: Build = {
  version: "2",
  page: "00",
  first: ["/static/player-a1.js", "/favicon.svg"],
  later: ["/static/map-b2.js"],
};

function way(path: string, changes: { method?: string; mode?: string } = {}) {
  return wayOf({ method: "GET", mode: "cors", url: ORIGIN + path, ...changes }, BUILD, ORIGIN);
}

test("the player's page comes from the network first, with whatever it is opened", () => {
  expect(way("/", { mode: "navigate" })).toBe("page");
  expect(way("/?from=poster#here", { mode: "navigate" })).toBe("page");
});

test("files of the build are kept", () => {
  expect(way("/static/player-a1.js")).toBe("file");
  expect(way("/static/map-b2.js")).toBe("file");
  expect(way("/favicon.svg")).toBe("file");
});

test.each([
  "/v1/me",
  "/v1/species",
  "/v1/config",
  "/healthz",
  "/openapi.json",
  "/art/boba.svg",
  "/static/of-another-build.js",
  "/static/player-a1.js?x=1",
  "/sw.js",
])("%s is left to the network", (path) => {
  expect(way(path)).toBe("network");
});

test("other pages, other methods and other servers are left to the network", () => {
  expect(way("/merchant", { mode: "navigate" })).toBe("network");
  expect(way("/docs", { mode: "navigate" })).toBe("network");
  expect(way("/static/player-a1.js", { method: "HEAD" })).toBe("network");
  const foreign = { method: "GET", mode: "no-cors", url: "https://x.example/static/player-a1.js" };
  expect(wayOf(foreign, BUILD, ORIGIN)).toBe("network");
});

test("the caches of other builds go, those of others stay", () => {
  expect(outdated(["catcat-1", cacheOf(BUILD), "somebody-else"], BUILD)).toEqual(["catcat-1"]);
});
