import { expect, test } from "vitest";
import { distanceM, moved } from "./ground";
import { type Aim, type Reading, reading, step, type Walker, walker } from "./walker";

const HERE = { lat: 1.3039, lon: 103.8319 };

/** Mulberry32: a small generator that is the same every time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function walk(aim: Aim, seconds: number, seed = 7): { walker: Walker; readings: Reading[] } {
  const rng = seeded(seed);
  let now = walker(HERE, rng);
  const readings: Reading[] = [];
  for (let s = 0; s < seconds; s++) {
    now = step(now, aim, 1, rng);
    readings.push(reading(now, rng));
  }
  return { walker: now, readings };
}

test("a walker goes at a person's pace", () => {
  for (const seed of [1, 2, 3]) {
    const far_m = distanceM(HERE, walk({ heading_deg: 40 }, 120, seed).walker.at);
    expect(far_m / 120).toBeGreaterThan(0.9);
    expect(far_m / 120).toBeLessThan(1.5);
  }
});

test("it arrives, and stays there", () => {
  const to = moved(HERE, 60, -45);
  const { walker: there } = walk({ to, within_m: 5 }, 120);
  expect(distanceM(there.at, to)).toBeLessThan(6);
  expect(distanceM(HERE, walk(null, 60).walker.at)).toBe(0);
});

test("its steps look like no joystick's: hardly two are alike within 3 cm", () => {
  const { readings } = walk({ heading_deg: 90 }, 80);
  const steps = readings.slice(1).map((to, i) => distanceM(readings[i] as Reading, to));
  const alike = steps.slice(1).filter((far_m, i) => Math.abs(far_m - (steps[i] ?? 0)) < 0.015);
  expect(alike.length / steps.length).toBeLessThan(0.2);
});

test("its phone is about as sure as phones are, and not always as sure", () => {
  const { readings } = walk({ heading_deg: 90 }, 60);
  const sure = readings.map((said) => said.accuracy_m);
  expect(Math.min(...sure)).toBeGreaterThan(2);
  expect(new Set(sure).size).toBeGreaterThan(10);
});

test("its receiver is off, but not by far", () => {
  const { readings } = walk(null, 300);
  const off_m = readings.map((said) => distanceM(HERE, said));
  expect(Math.max(...off_m)).toBeLessThan(20);
  expect(Math.max(...off_m)).toBeGreaterThan(1);
});
