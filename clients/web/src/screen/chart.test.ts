import { describe, expect, it } from "vitest";
import { Chart, type Degrees } from "./chart";

const ROOM = { left: 100, top: 50, width: 800, height: 600 };

function isInRoom(chart: Chart, [lat, lon]: Degrees): boolean {
  const { x, y } = chart.at(lat, lon);
  return x >= 99 && x <= 901 && y >= 49 && y <= 651;
}

describe("a chart", () => {
  it("fits a city into its room, north up and east right", () => {
    const city: Degrees[] = [
      [1.26, 103.82],
      [1.32, 103.86],
      [1.29, 103.84],
    ];
    const chart = new Chart(city, ROOM);
    expect(city.every((place) => isInRoom(chart, place))).toBe(true);
    expect(chart.at(1.32, 103.86).y).toBeCloseTo(50, 0);
    expect(chart.at(1.26, 103.82).y).toBeCloseTo(650, 0);
    expect(chart.at(1.29, 103.85).x).toBeGreaterThan(chart.at(1.29, 103.83).x);
  });

  it("is not torn apart where the day changes", () => {
    const fiji: Degrees[] = [
      [-17.8, 179.9],
      [-17.7, -179.9],
    ];
    const chart = new Chart(fiji, ROOM);
    expect(fiji.every((place) => isInRoom(chart, place))).toBe(true);
    expect(chart.at(-17.8, 179.9).x).toBeLessThan(chart.at(-17.7, -179.9).x);
  });

  it("is not made tiny by one store far away", () => {
    const city = Array.from({ length: 400 }, (_, n): Degrees => [1.3 + n / 10_000, 103.8]);
    expect(new Chart([...city, [48.2, 16.4]], ROOM).metre).toBeGreaterThan(0.1);
  });

  it("has a sensible scale for one store and for none", () => {
    expect(new Chart([[1.3, 103.8]], ROOM).at(1.3, 103.8)).toEqual({ x: 500, y: 350 });
    expect(Number.isFinite(new Chart([], ROOM).at(1, 1).x)).toBe(true);
  });
});
