import { expect, test } from "vitest";
import { length_s, note, SCORES, type Sound } from "./scores";

const SOUNDS = Object.keys(SCORES) as Sound[];

test("an octave doubles the frequency", () => {
  expect(note(0)).toBe(440);
  expect(note(12)).toBeCloseTo(880);
});

test("sounds are short, and what is tapped often is shortest", () => {
  for (const sound of SOUNDS) expect(length_s(sound)).toBeLessThan(1.5);
  expect(length_s("tap")).toBeLessThan(0.1);
});

test("no sound is ever so loud that it is cut off", () => {
  for (const sound of SOUNDS)
    for (let at_s = 0; at_s < length_s(sound); at_s += 0.01) {
      const voices = SCORES[sound].filter((v) => at_s >= v.from_s && at_s < v.from_s + v.lasts_s);
      expect(voices.reduce((sum, { loudness }) => sum + loudness, 0)).toBeLessThanOrEqual(1);
    }
});
