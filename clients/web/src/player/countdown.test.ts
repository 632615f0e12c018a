import { expect, test } from "vitest";
import { clockText, secondsLeft } from "./countdown";

test("the last second counts until it is over, and nothing is below 0", () => {
  expect(secondsLeft(10_000, 7_001)).toBe(3);
  expect(secondsLeft(10_000, 9_999)).toBe(1);
  expect(secondsLeft(10_000, 10_000)).toBe(0);
  expect(secondsLeft(10_000, 12_000)).toBe(0);
});

test("a wait is told in the shortest form", () => {
  expect([7, 59, 60, 185, 3600, 7325].map(clockText)).toEqual([
    "7 s",
    "59 s",
    "1:00",
    "3:05",
    "1:00:00",
    "2:02:05",
  ]);
});
