import { afterEach, expect, test, vi } from "vitest";
import type { Stage } from "../cats";
import { flickOf, landed, straight } from "./flicks";

afterEach(() => vi.useRealTimers());

test("a flick has the way and the speed of the finger's last moment", () => {
  const way = [
    { x: 100, y: 500, at_ms: 0 },
    { x: 90, y: 600, at_ms: 300 }, // drawn back first
    { x: 95, y: 560, at_ms: 380 },
    { x: 110, y: 460, at_ms: 430 },
  ];
  const flick = flickOf(way.slice(2));
  expect(flick).toMatchObject({ dx: 15, dy: -100 });
  expect(flick?.speed).toBeCloseTo((Math.hypot(15, 100) / 50) * 1000);
});

test("a tap, and a finger that came to rest, throw nothing", () => {
  expect(flickOf([])).toBeNull();
  expect(flickOf([{ x: 5, y: 5, at_ms: 0 }])).toBeNull();
  expect(
    flickOf([
      { x: 0, y: 400, at_ms: 0 },
      { x: 0, y: 100, at_ms: 100 },
      { x: 0, y: 100, at_ms: 900 },
    ]),
  ).toBeNull();
});

test("a phone that draws three pictures a second can throw all the same", () => {
  const flick = flickOf([
    { x: 100, y: 600, at_ms: 0 },
    { x: 100, y: 400, at_ms: 300 },
    { x: 100, y: 400, at_ms: 600 },
  ]);
  expect(flick).toMatchObject({ dx: 0, dy: -200 });
});

test("a throw that never comes down is a miss, also if it comes down after all", async () => {
  vi.useFakeTimers();
  let land: (outcome: "hit") => void = () => {};
  const missed = vi.fn();
  const flick = () => new Promise<"hit">((done) => (land = done));
  const outcome = landed({ flick, missed } as unknown as Stage, straight(800));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await outcome).toBe("miss");
  expect(missed).not.toHaveBeenCalled();
  land("hit");
  await vi.advanceTimersByTimeAsync(0);
  expect(missed).toHaveBeenCalledOnce();
});

test("who throws again meanwhile gets the box that is still in the air", async () => {
  vi.useFakeTimers();
  let land: (outcome: "hit") => void = () => {};
  const missed = vi.fn();
  const flight = new Promise<"hit">((done) => {
    land = done;
  });
  const stage = { flick: () => flight, missed } as unknown as Stage;
  const first = landed(stage, straight(800));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await first).toBe("miss");
  const second = landed(stage, straight(800));
  land("hit");
  expect(await second).toBe("hit");
  expect(missed).not.toHaveBeenCalled();
});

test("a throw that comes down is what the stage says, and a stage that fails is a miss", async () => {
  const hit = { flick: async () => "hit" as const } as unknown as Stage;
  expect(await landed(hit, straight(800))).toBe("hit");
  const broken = { flick: () => Promise.reject(new Error("context lost")) } as unknown as Stage;
  expect(await landed(broken, straight(800))).toBe("miss");
});
