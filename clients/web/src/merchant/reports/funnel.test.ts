// @vitest-environment node
import { expect, test } from "vitest";
import { byHour, byStore, csvOf, joined, share, total } from "./funnel";

const HOUR = 3_600_000;
const WALKED = [
  { store: "a", hour_ms: 0, seen: 100, approached: 40, caught: 20 },
  { store: "b", hour_ms: HOUR, seen: 10, approached: 5, caught: 4 },
];
const REDEEMED = [
  { store: "a", hour_ms: HOUR, redeemed: 6 },
  { store: "b", hour_ms: HOUR, redeemed: 1 },
];
const HOURS = joined(WALKED, REDEEMED);

test("what was walked and what was redeemed is one funnel", () => {
  expect(total(HOURS)).toEqual({ seen: 110, approached: 45, caught: 24, redeemed: 7 });
  expect(HOURS).toHaveLength(3);
});

test("stores are told with most catches first", () => {
  expect(byStore(HOURS).map(({ store, steps }) => [store, steps.redeemed])).toEqual([
    ["a", 6],
    ["b", 1],
  ]);
});

test("an hour in which nothing happened is there with zeros", () => {
  const hours = byHour(HOURS, 30 * 60_000, 3 * HOUR);
  expect(hours.map(({ hour_ms, steps }) => [hour_ms / HOUR, steps.caught, steps.redeemed])).toEqual(
    [
      [0, 20, 0],
      [1, 4, 7],
      [2, 0, 0],
    ],
  );
});

test("each step is a share of the one before it", () => {
  const steps = total(HOURS);
  expect(share(steps, "seen")).toBeNull();
  expect(share(steps, "approached")).toBe(41);
  expect(share({ ...steps, seen: 0 }, "approached")).toBeNull();
});

test("a file for a spreadsheet has an hour a line, and no formula among its names", async () => {
  const names = (store: string) => (store === "a" ? '=Tea "Corner"' : "Bun");
  const lines = (await csvOf(HOURS, names).text()).split("\r\n");
  expect(lines).toHaveLength(5);
  expect(lines[0]).toBe("hour,store,name,seen,approached,caught,redeemed");
  expect(lines[1]).toBe(`"1970-01-01T00:00:00.000Z","a","'=Tea ""Corner""",100,40,20,0`);
});
