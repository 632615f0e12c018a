import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { creditsOf, styleOf } from "./style";
import { isInTime } from "./time";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const TILES = { url: "https://tiles.example/{z}/{x}/{y}.png", attribution: "© Somebody" };

test("the operator's attribution is shown once, with tiles and with a whole style", () => {
  const raster = { tiles: { ...TILES, kind: "raster" } };
  expect(creditsOf(raster)).toBeUndefined();
  expect(styleOf(raster, false)).toMatchObject({
    sources: { tiles: { attribution: "© Somebody" } },
  });
  const style = { tiles: { ...TILES, kind: "style" } };
  expect(styleOf(style, false)).toBe(TILES.url);
  expect(creditsOf(style)).toBe("© Somebody");
  expect(creditsOf({ tiles: null })).toBeUndefined();
});

test("a style that never comes is not waited for for ever", async () => {
  const told = isInTime(new Promise(() => {}), 10_000);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await told).toBe(false);
  expect(await isInTime(Promise.resolve(), 10_000)).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});
