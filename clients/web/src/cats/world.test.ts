import { expect, test } from "vitest";
import { between_deg, direction, shown_m, standing } from "./world";

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
