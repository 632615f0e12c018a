// @vitest-environment node
import { expect, test } from "vitest";
import type { Store } from "../api";
import { fromWgs84, toWgs84 } from "../datum";
import { blank, changesOf, inDatum, newStore, onMap, placed, valuesOf } from "./store";

const STORE: Store = {
  id: "sto_1",
  name: "Corner Tea",
  lat: 31.235,
  lon: 121.4746,
  datum: "gcj02",
  address: null,
  timezone: "Asia/Shanghai",
  opening_hours: "Mo-Su 10:00-22:00",
  catch_m: 50,
  state: "active",
  ref: null,
  spawn_plan: null,
};

test("a new store says only what somebody said", () => {
  const values = { ...blank({ lat: 1.3039, lon: 103.8319 }), name: " Corner Tea " };
  expect(newStore(values)).toEqual({
    name: "Corner Tea",
    lat: 1.3039,
    lon: 103.8319,
    datum: "wgs84",
    state: "active",
  });
});

test("a store that nobody touched changes nothing", () => {
  expect(changesOf(valuesOf(STORE), STORE)).toEqual({});
});

test("a change says what changed, and an emptied field is null", () => {
  const values = { ...valuesOf(STORE), name: "Tea", opening_hours: "", timezone: "" };
  expect(changesOf(values, STORE)).toEqual({ name: "Tea", opening_hours: null });
});

test("a store that was dragged keeps its datum", () => {
  const here = { lat: 31.23, lon: 121.47 };
  const change = changesOf(placed(valuesOf(STORE), here), STORE);
  expect(Object.keys(change).sort()).toEqual(["datum", "lat", "lon"]);
  expect(change.datum).toBe("gcj02");
  const back = toWgs84("gcj02", { lat: change.lat ?? 0, lon: change.lon ?? 0 });
  expect(back.lat).toBeCloseTo(here.lat, 6);
  expect(back.lon).toBeCloseTo(here.lon, 6);
});

test("another datum moves the numbers of a place from the map, and the place of typed numbers", () => {
  const clicked = blank({ lat: 31.23, lon: 121.47 });
  const told = inDatum(clicked, "bd09");
  expect(told.lat).not.toBe(clicked.lat);
  expect(onMap(told)?.lat).toBeCloseTo(31.23, 6);
  const typed = inDatum({ ...clicked, mapped: false }, "gcj02");
  expect(typed.lat).toBe(clicked.lat);
  expect(onMap(typed)?.lat).not.toBeCloseTo(31.23, 3);
});

test("half a place is none on the map", () => {
  expect(onMap({ ...blank(null), lat: "31" })).toBeNull();
  expect(onMap({ ...blank(null), lat: "91", lon: "0" })).toBeNull();
});

// The pairs of `tests/game/test_datum.py`, from public services.
test.each([
  [
    { lat: 31.1774276, lon: 121.5272106 },
    { lat: 31.17530398364597, lon: 121.531541859215 },
  ],
  [
    { lat: 39.911954, lon: 116.377817 },
    { lat: 39.91334545536069, lon: 116.38404722455657 },
  ],
])("GCJ-02 is where public services have it", (wgs84, gcj02) => {
  const told = fromWgs84("gcj02", wgs84);
  expect(told.lat).toBeCloseTo(gcj02.lat, 6);
  expect(told.lon).toBeCloseTo(gcj02.lon, 6);
  expect(toWgs84("bd09", fromWgs84("bd09", wgs84)).lat).toBeCloseTo(wgs84.lat, 8);
});

test("outside China the datums are the same", () => {
  const paris = { lat: 48.8584, lon: 2.2945 };
  expect(fromWgs84("bd09", paris)).toEqual(paris);
});
