import { expect, test } from "vitest";
import { gridOf, spacing_m, suits, type View } from "./grid";
import { DEGREE_M } from "./ground";

const shanghai: View = {
  south: 31.22,
  west: 121.46,
  north: 31.24,
  east: 121.48,
  metresPerPixel: 2,
};

test("lines are 1, 2 or 5 times a power of ten apart, and never too near", () => {
  for (let metresPerPixel = 0.01; metresPerPixel < 50_000; metresPerPixel *= 1.31) {
    const step = spacing_m(metresPerPixel);
    const leading = step / 10 ** Math.floor(Math.log10(step) + 1e-9);
    expect([1, 2, 5]).toContain(Math.round(leading * 1e6) / 1e6);
    expect(step / metresPerPixel).toBeGreaterThanOrEqual(44);
    expect(step / metresPerPixel).toBeLessThan(44 * 2.6);
  }
});

test("who zooms in sees finer lines", () => {
  expect([4, 1, 0.1].map(spacing_m)).toEqual([200, 50, 5]);
});

test("fields are squares in metres, in a city of the north and at the equator", () => {
  for (const lat of [0, 31.2, 59.9]) {
    const grid = gridOf({ ...shanghai, south: lat - 0.01, north: lat + 0.01 });
    const starts = grid.lines.features.map((feature) => {
      if (feature.geometry.type !== "LineString") throw new Error("not a line");
      const [from, to] = feature.geometry.coordinates;
      return { from: from ?? [], isRow: from?.[1] === to?.[1] };
    });
    const rows = starts.filter(({ isRow }) => isRow).map(({ from }) => from[1] ?? 0);
    const columns = starts.filter(({ isRow }) => !isRow).map(({ from }) => from[0] ?? 0);
    const tall_m = ((rows[1] ?? 0) - (rows[0] ?? 0)) * DEGREE_M;
    const wide_m =
      ((columns[1] ?? 0) - (columns[0] ?? 0)) * DEGREE_M * Math.cos((lat * Math.PI) / 180);
    expect(tall_m).toBeCloseTo(grid.spacing_m, 3);
    expect(Math.abs(wide_m / tall_m - 1)).toBeLessThan(0.02);
  }
});

test("a small move needs no new lines, a large one or another zoom does", () => {
  const grid = gridOf(shanghai);
  expect(suits(grid, { ...shanghai, west: 121.462, east: 121.482 })).toBe(true);
  expect(suits(grid, { ...shanghai, west: 121.48, east: 121.5 })).toBe(false);
  expect(suits(grid, { ...shanghai, metresPerPixel: 0.4 })).toBe(false);
});

test("the lines of two views that overlap are the same lines", () => {
  const lines = (view: View) => gridOf(view).lines.features.map(({ geometry }) => geometry);
  const east = { ...shanghai, west: shanghai.east, east: shanghai.east + 0.02 };
  const longitudes = (view: View) =>
    lines(view).flatMap((one) => (one.type === "LineString" ? [one.coordinates[0]?.[0] ?? 0] : []));
  const both = longitudes(shanghai).filter((lon) => lon > 121.475 && lon < 121.485);
  expect(longitudes(east)).toEqual(expect.arrayContaining(both));
  expect(both.length).toBeGreaterThan(3);
});

test("a grid is a few hundred lines at most", () => {
  for (let metresPerPixel = 0.05; metresPerPixel < 20_000; metresPerPixel *= 3) {
    const half = (metresPerPixel * 960) / DEGREE_M;
    const view = {
      south: Math.max(-85, -half),
      north: Math.min(85, half),
      west: Math.max(-180, -half),
      east: Math.min(180, half),
      metresPerPixel,
    };
    expect(gridOf(view).lines.features.length).toBeLessThan(250);
  }
});
