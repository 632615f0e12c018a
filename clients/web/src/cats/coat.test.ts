import { expect, test } from "vitest";
import { coatOf } from "./coat";
import { PLAIN } from "./kinds/stray";

const INK = [58, 43, 63, 255];
const NOTHING = [250, 250, 250, 0];
const GINGER = [238, 153, 51, 255];
const CREAM = [255, 238, 221, 255];

function picture(...areas: [number[], number][]): number[] {
  return areas.flatMap(([colour, area]) => Array.from({ length: area }, () => colour).flat());
}

test("the fur is what covers most, the bib the palest; ink and air do not count", () => {
  const pixels = picture([NOTHING, 500], [INK, 300], [GINGER, 200], [CREAM, 40]);
  expect(coatOf(pixels)).toEqual({ fur: "#ee9933", bib: "#ffeedd" });
});

test("a spark of white is not a bib", () => {
  expect(coatOf(picture([GINGER, 200], [[255, 255, 255, 255], 3])).bib).toBe("#ee9933");
});

test("a drawing of ink alone gives the plain cat", () => {
  expect(coatOf(picture([INK, 100]))).toBe(PLAIN);
});
