import { afterEach, beforeEach, expect, test, vi } from "vitest";

const stored = new Map<string, string>();

beforeEach(() => {
  vi.stubGlobal("location", { search: "", hash: "" });
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, text: string) => stored.set(name, text),
    removeItem: (name: string) => stored.delete(name),
  });
});
afterEach(() => vi.unstubAllGlobals());

test("a phone whose clock is a year ahead keeps its guest, its coupons and its open throw", async () => {
  const { remember } = await import("./guest");
  const { farewell, guest } = await import("./state");
  const held = { player: "p", token: "t", expires_ms: 1 };
  stored.set("catcat.player.guest", JSON.stringify(held));
  stored.set("catcat.player.wallet", "{}");
  stored.set("catcat.player.catcat.attempt", "{}");
  remember();
  expect(guest.value).toEqual(held);
  expect(farewell.value).toBeNull();
  expect(stored.size).toBe(3);
});
