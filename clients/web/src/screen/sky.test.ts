import { describe, expect, it } from "vitest";
import type { Light } from "./news";
import { BURST_MS, BURSTS_MOST, EMBERS_MOST, heat, Sky, WAITING_MOST } from "./sky";

function dice(): () => number {
  let last = 7;
  return () => {
    last = (last * 16_807) % 2_147_483_647;
    return last / 2_147_483_647;
  };
}

/** Metres between two places that are near each other. */
function far_m(lat: number, lon: number, other: readonly [number, number]): number {
  const east = (lon - other[1]) * Math.cos((lat * Math.PI) / 180);
  return Math.hypot(lat - other[0], east) * 111_195;
}

const CELL: Light = [1.3, 103.8, 201, 20];

describe("the sky", () => {
  it("lights the catches of a second up one by one within it", () => {
    const sky = new Sky(dice());
    sky.add([CELL], 1_000, 1_000);
    sky.step(1_000);
    expect(sky.lit).toBeLessThan(3);
    sky.step(1_500);
    expect(sky.lit).toBeGreaterThan(4);
    expect(sky.lit).toBeLessThan(16);
    sky.step(2_000);
    expect(sky.lit).toBe(20);
    expect(sky.waiting).toBe(0);
  });

  it("shows a catch somewhere in its cell", () => {
    const sky = new Sky(dice());
    sky.add([CELL], 0, 1_000);
    sky.step(1_000);
    for (const burst of sky.bursts)
      expect(far_m(burst.lat, burst.lon, [1.3, 103.8])).toBeLessThan(201);
    expect(new Set(sky.bursts.map((burst) => burst.lat)).size).toBe(20);
  });

  it("lets every light end", () => {
    const sky = new Sky(dice());
    sky.add([CELL], 0, 1_000);
    sky.step(1_000);
    sky.step(1_000 + BURST_MS);
    expect(sky.bursts).toEqual([]);
    sky.step(1_000_000);
    expect(sky.embers.size).toBe(0);
  });

  it("lets cells glow for a while, less and less", () => {
    const sky = new Sky(dice());
    sky.add([CELL], 0, 1_000);
    const [ember] = sky.embers.values();
    if (ember === undefined) throw new Error("no ember");
    expect(heat(ember, 30_000)).toBeLessThan(heat(ember, 10_000));
    sky.step(10_000);
    expect(sky.embers.size).toBe(1);
  });

  it("holds no more than its bounds, whatever comes for however long", () => {
    const sky = new Sky(dice());
    for (let second = 0; second < 60; second += 1) {
      const cells = Array.from(
        { length: 400 },
        (_, each): Light => [second / 100, each / 100, 201, 5],
      );
      sky.add(cells, second * 1_000, 1_000);
      sky.cheer(50, second * 1_000, 1_000);
      expect(sky.waiting).toBeLessThanOrEqual(WAITING_MOST);
      for (let frame = 0; frame < 4; frame += 1) {
        sky.step(second * 1_000 + frame * 250);
        expect(sky.bursts.length).toBeLessThanOrEqual(BURSTS_MOST);
      }
      expect(sky.embers.size).toBeLessThanOrEqual(EMBERS_MOST);
    }
  });

  it("keeps all of two hundred catches a second", () => {
    const sky = new Sky(dice());
    const cells = Array.from({ length: 67 }, (_, each): Light => [1 + each / 100, 103, 201, 3]);
    for (let second = 0; second < 10; second += 1) {
      sky.add(cells, second * 1_000, 1_000);
      for (let frame = 0; frame < 60; frame += 1) sky.step(second * 1_000 + frame * 16.7);
    }
    sky.step(10_000);
    expect(sky.lit).toBe(2_010);
  });

  it("counts fireworks and new stores as no catches", () => {
    const sky = new Sky(dice());
    sky.cheer(10, 0, 1_000);
    sky.welcome(1.3, 103.8, 0);
    sky.step(1_000);
    expect(sky.bursts.length).toBe(11);
    expect(sky.lit).toBe(0);
  });
});
