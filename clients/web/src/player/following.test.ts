// @vitest-environment node
import { signal } from "@preact/signals";
import { beforeEach, expect, test } from "vitest";
import type { Place } from "../map/types";
import { comeBack, goAlong } from "./following";
import { fix } from "./state";

/** What a page asks of a map, kept; `take` is a person who drags it. */
function mapOfPaper() {
  const takers = new Set<() => void>();
  const went: string[] = [];
  const at = ({ lat, lon }: Place) => `${lat} ${lon}`;
  return {
    went,
    takers,
    keepTo: (place: Place) => void went.push(at(place)),
    centreOn: (place: Place, zoom?: number) => void went.push(`${at(place)} at ${zoom}`),
    onTaken(listener: () => void) {
      takers.add(listener);
      return () => takers.delete(listener);
    },
    take() {
      for (const tell of takers) tell();
    },
  };
}

const walkTo = (lat: number, lon: number) => {
  fix.value = { lat, lon, accuracy_m: 5, at_ms: 0 };
};

beforeEach(() => {
  fix.value = null;
});

test("the map goes along with the player until it is dragged, and again from the way back on", () => {
  const map = mapOfPaper();
  const isFollowing = signal(true);
  goAlong(map, isFollowing);
  walkTo(1, 2);
  walkTo(1, 3);
  map.take();
  walkTo(1, 4);
  expect(map.went).toEqual(["1 2", "1 3"]);
  comeBack(map, isFollowing, 17);
  walkTo(1, 5);
  expect(map.went.slice(2)).toEqual(["1 4 at 17", "1 5"]);
});

test("a map that is opened anew after it was dragged stays where the player looks", () => {
  const isFollowing = signal(true);
  const before = mapOfPaper();
  const stop = goAlong(before, isFollowing);
  before.take();
  stop();
  expect(before.takers.size).toBe(0);
  const after = mapOfPaper();
  goAlong(after, isFollowing);
  walkTo(1, 2);
  expect([before.went, after.went]).toEqual([[], []]);
});

test("the way back, taken before there is a map, is gone along", () => {
  const isFollowing = signal(false);
  walkTo(1, 2);
  comeBack(null, isFollowing, 17);
  const map = mapOfPaper();
  goAlong(map, isFollowing);
  expect(map.went).toEqual(["1 2"]);
});
