import { expect, test } from "vitest";
import { accuracyOf, isSameCircle } from "./ground";

test("turning around draws no circle anew, walking does", () => {
  const me = { lat: 31, lon: 121, accuracy_m: 8, heading_deg: 10 };
  const before = accuracyOf(me);
  expect(isSameCircle(before, accuracyOf({ ...me, heading_deg: 200 }))).toBe(true);
  expect(isSameCircle(before, accuracyOf({ ...me, lat: 31.0001 }))).toBe(false);
  expect(isSameCircle(before, accuracyOf({ ...me, accuracy_m: 20 }))).toBe(false);
  expect(isSameCircle(before, accuracyOf(null))).toBe(false);
  expect(isSameCircle(null, accuracyOf(null))).toBe(true);
});
