import { expect, test } from "vitest";
import { bearingDeg, byDistance, distanceM, moved, octant, steadyNearest, turn } from "./ground";

const HERE = { lat: 1.3039, lon: 103.8319 };

test("a step away is as far, and lies in the direction, that it was taken", () => {
  for (const lat of [-60, 0, 1.3, 51.5, 69]) {
    for (let bearing = 0; bearing < 360; bearing += 15) {
      const from = { lat, lon: 13 };
      const angle = (bearing * Math.PI) / 180;
      const to = moved(from, 80 * Math.cos(angle), 80 * Math.sin(angle));
      expect(distanceM(from, to)).toBeCloseTo(80, 1);
      expect(Math.abs(turn(bearing, bearingDeg(from, to)))).toBeLessThan(0.1);
    }
  }
});

test("the way over the date line is the short one", () => {
  expect(distanceM({ lat: 0, lon: 179.9999 }, { lat: 0, lon: -179.9999 })).toBeLessThan(30);
  expect(bearingDeg({ lat: 0, lon: 179.9999 }, { lat: 0, lon: -179.9999 })).toBeCloseTo(90);
});

test("nobody turns further than half around", () => {
  expect(turn(350, 10)).toBe(20);
  expect(turn(10, 350)).toBe(-20);
  expect(turn(0, 180)).toBe(180);
  expect(turn(-90, 725)).toBe(95);
});

test("the nearest comes first, with its distance and bearing", () => {
  const far = { id: "far", ...moved(HERE, 0, 150) };
  const near = { id: "near", ...moved(HERE, -30, 0) };
  const found = byDistance(HERE, [far, near]);
  expect(found.map((cat) => cat.id)).toEqual(["near", "far"]);
  expect(found[0]?.distance_m).toBeCloseTo(30, 1);
  expect(found[0]?.bearing_deg).toBeCloseTo(180, 3);
});

test("a bearing has a name of eight", () => {
  expect([0, 22, 23, 90, 225, 337, 338, 359].map(octant)).toEqual([0, 0, 1, 2, 5, 7, 0, 0]);
});

test("the nearest does not change with every breath of the receiver", () => {
  const [one, other] = [
    { id: "one", distance_m: 40 },
    { id: "other", distance_m: 43 },
  ];
  expect(steadyNearest([one, other], null)).toBe(one);
  expect(steadyNearest([one, other], "other")).toBe(other);
  expect(steadyNearest([one, { ...other, distance_m: 47 }], "other")).toBe(one);
  expect(steadyNearest([one], "other")).toBe(one);
  expect(steadyNearest([], "other")).toBeNull();
});
