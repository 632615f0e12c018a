import { expect, test } from "vitest";
import { between_deg, direction, seenAt, shown_m, standing, strayed, turn_deg } from "./world";

test("north is ahead, east to the right", () => {
  expect(standing(0, 3)).toEqual({ x: 0, y: 0, z: -3 });
  expect(standing(90, 3).x).toBeCloseTo(3);
  expect(standing(90, 3).z).toBeCloseTo(0);
  expect(standing(-90, 3).x).toBeCloseTo(-3);
});

test("who looks along a cat's bearing looks at the cat", () => {
  for (const bearing of [0, 33, 181, 359]) {
    expect(between_deg(direction(bearing, 0), standing(bearing, 5))).toBeCloseTo(0);
    expect(between_deg(direction(bearing + 20, 0), standing(bearing, 5))).toBeCloseTo(20);
  }
});

test("far cats are drawn near enough to be seen, near ones far enough", () => {
  expect(shown_m(40)).toBeLessThan(5);
  expect(shown_m(0)).toBeGreaterThan(1);
});

test("a place on the ground is seen where it was put", () => {
  for (const bearing of [-170, -90, 0, 45, 179])
    expect(seenAt(standing(bearing, 3))).toEqual({
      bearing_deg: expect.closeTo(bearing),
      distance_m: expect.closeTo(3),
    });
});

test("a turn is the short way round", () => {
  expect(turn_deg(350, 10)).toBe(20);
  expect(turn_deg(10, 350)).toBe(-20);
  expect(turn_deg(0, 720)).toBe(0);
});

test("a cat strays, without a jump, and never far", () => {
  let before = strayed(0);
  expect(before).toEqual({ aside_m: 0, up_m: 0 });
  let farthest = 0;
  for (let at_s = 0; at_s < 60; at_s += 1 / 60) {
    const now = strayed(at_s);
    expect(Math.abs(now.aside_m - before.aside_m)).toBeLessThan(0.05);
    expect(now.up_m).toBeGreaterThanOrEqual(0);
    farthest = Math.max(farthest, Math.abs(now.aside_m));
    before = now;
  }
  expect(farthest).toBeGreaterThan(0.3);
  expect(farthest).toBeLessThan(0.45);
});
