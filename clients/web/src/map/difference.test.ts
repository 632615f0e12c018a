import { expect, test } from "vitest";
import { difference, isAlike } from "./difference";

const known = new Map([
  ["a", { id: "a", lat: 1 }],
  ["b", { id: "b", lat: 2 }],
]);

test("only what changed is told apart", () => {
  const now = [
    { id: "b", lat: 2 },
    { id: "a", lat: 9 },
    { id: "c", lat: 3 },
  ];
  expect(difference(known, now, isAlike)).toEqual({
    added: [{ id: "c", lat: 3 }],
    changed: [{ id: "a", lat: 9 }],
    removed: [],
  });
});

test("what is no longer named goes", () => {
  expect(difference(known, [], isAlike).removed).toEqual(["a", "b"]);
});

test("of two with one id the last counts", () => {
  const now = [
    { id: "c", lat: 3 },
    { id: "c", lat: 4 },
  ];
  expect(difference(new Map(), now, isAlike).added).toEqual([{ id: "c", lat: 4 }]);
});

test("a field that is left out differs from one that says something", () => {
  expect(isAlike({ id: "a", name: "x" }, { id: "a" } as { id: string; name: string })).toBe(false);
});
