import { expect, test } from "vitest";
import { flickOf } from "./flicks";

test("a flick has the way and the speed of the finger's last moment", () => {
  const way = [
    { x: 100, y: 500, at_ms: 0 },
    { x: 90, y: 600, at_ms: 300 }, // drawn back first
    { x: 95, y: 560, at_ms: 380 },
    { x: 110, y: 460, at_ms: 430 },
  ];
  const flick = flickOf(way.slice(2));
  expect(flick).toMatchObject({ dx: 15, dy: -100 });
  expect(flick?.speed).toBeCloseTo((Math.hypot(15, 100) / 50) * 1000);
});

test("a tap, and a finger that came to rest, throw nothing", () => {
  expect(flickOf([])).toBeNull();
  expect(flickOf([{ x: 5, y: 5, at_ms: 0 }])).toBeNull();
  expect(
    flickOf([
      { x: 0, y: 400, at_ms: 0 },
      { x: 0, y: 100, at_ms: 100 },
      { x: 0, y: 100, at_ms: 900 },
    ]),
  ).toBeNull();
});

test("a phone that draws three pictures a second can throw all the same", () => {
  const flick = flickOf([
    { x: 100, y: 600, at_ms: 0 },
    { x: 100, y: 400, at_ms: 300 },
    { x: 100, y: 400, at_ms: 600 },
  ]);
  expect(flick).toMatchObject({ dx: 0, dy: -200 });
});
