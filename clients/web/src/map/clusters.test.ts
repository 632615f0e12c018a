import { expect, test } from "vitest";
import { gathered } from "./clusters";

const city = { south: 31, west: 121, north: 31.5, east: 122, zoom: 10 };
const never = () => false;

/** So many stores, a street's width apart. */
function street(count: number) {
  return Array.from({ length: count }, (_, i) => ({
    id: `${i}`,
    lat: 31.2,
    lon: 121.4 + i * 2e-4,
  }));
}

test("few are shown one by one", () => {
  expect(gathered(street(60), city, never)).toEqual({ alone: street(60), clusters: [] });
});

test("many are gathered, and none is lost", () => {
  const { alone, clusters } = gathered(street(3000), city, never);
  const shown = alone.length + clusters.reduce((sum, { count }) => sum + count, 0);
  expect(shown).toBe(3000);
  expect(clusters.length + alone.length).toBeLessThan(60);
});

test("who zooms in sees them apart", () => {
  const close = { ...city, south: 31.199, north: 31.201, west: 121.4, east: 121.405, zoom: 17 };
  expect(gathered(street(3000), close, never).clusters).toEqual([]);
});

test("the chosen one stays by itself", () => {
  const { alone } = gathered(street(3000), city, ({ id }) => id === "7");
  expect(alone.map(({ id }) => id)).toContain("7");
});

test("a cluster keeps its name while the map is moved", () => {
  const east = { ...city, west: 121.1, east: 122.1 };
  const names = (view: typeof city) =>
    gathered(street(3000), view, never).clusters.map(({ id }) => id);
  expect(names(east)).toEqual(names(city));
});

test("a view across the date line shows both sides", () => {
  const things = [
    { id: "fiji", lat: -17, lon: 179.9 },
    { id: "samoa", lat: -17, lon: -179.9 },
    { id: "far", lat: -17, lon: 0 },
  ];
  const view = { south: -20, north: -10, west: 179, east: 181, zoom: 8 };
  expect(gathered(things, view, never).alone.map(({ id }) => id)).toEqual(["fiji", "samoa"]);
});
