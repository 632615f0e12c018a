import { expect, test } from "vitest";
import { BEFORE_M, flightOf, onTheWay } from "./throwing";
import { FARTHEST_M, NEAREST_M, standing } from "./world";

const view = { height_px: 800, heading_deg: 0 };
const DISTANCES_M = [NEAREST_M, 3, FARTHEST_M];

test("an ordinary flick upwards hits the cat in the middle, near and far", () => {
  for (const distance_m of DISTANCES_M)
    for (const heights_per_s of [2, 2.5, 3, 3.5]) {
      const flick = { dx: 0, dy: -300, speed: heights_per_s * view.height_px };
      expect(flightOf(flick, view, { bearing_deg: 0, distance_m }).outcome).toBe("hit");
    }
});

test("a feeble flick falls short, a furious one flies over", () => {
  const cat = { bearing_deg: 0, distance_m: 3 };
  const feeble = flightOf({ dx: 0, dy: -20, speed: 40 }, view, cat);
  expect(feeble.outcome).toBe("miss");
  expect(-feeble.landing.z).toBeLessThan(3);
  const furious = flightOf({ dx: 0, dy: -800, speed: 12_000 }, view, cat);
  expect(furious.outcome).toBe("miss");
  expect(-furious.landing.z).toBeGreaterThan(3);
});

test("a flick at the cat beside the middle hits, one past it does not", () => {
  const cat = { bearing_deg: 10, distance_m: 3 };
  const speed = 2.5 * view.height_px;
  expect(flightOf({ dx: 140, dy: -300, speed }, view, cat).outcome).toBe("hit");
  expect(flightOf({ dx: -140, dy: -300, speed }, view, cat).outcome).toBe("miss");
});

test("north is between 359 and 1 degree", () => {
  const flick = { dx: 0, dy: -300, speed: 2000 };
  const cat = { bearing_deg: 1, distance_m: 3 };
  expect(flightOf(flick, { height_px: 800, heading_deg: 359 }, cat).outcome).toBe("hit");
});

test("a flick downwards drops the box", () => {
  const cat = { bearing_deg: 0, distance_m: 3 };
  expect(flightOf({ dx: 0, dy: 50, speed: 2000 }, view, cat).outcome).toBe("miss");
});

test("without a cat there is nothing to hit", () => {
  expect(flightOf({ dx: 0, dy: -300, speed: 2000 }, view, null).outcome).toBe("miss");
});

test("the box leaves the hand, flies high and comes down before the cat", () => {
  const start = { x: 0, y: 0.6, z: -0.8 };
  const cat = { bearing_deg: 90, distance_m: 3 };
  const east = { height_px: 800, heading_deg: 90 };
  const flight = flightOf({ dx: 0, dy: -300, speed: 2000 }, east, cat);
  expect(onTheWay(start, flight, 0)).toEqual(start);
  expect(onTheWay(start, flight, 0.5).y).toBeGreaterThan(start.y);
  const end = onTheWay(start, flight, 1);
  const spot = standing(90, 3 - BEFORE_M);
  expect([end.x, end.y, end.z]).toEqual([spot.x, spot.y, spot.z]);
});
