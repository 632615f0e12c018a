// @vitest-environment node
import { expect, test } from "vitest";
import { number } from "./numbers";

test.each([
  ["1000", 1000],
  ["1,000", 1000],
  ["1,000,000", 1_000_000],
  ["1,000.5", 1000.5],
  [" １，０００ ", 1000],
  ["2.5", 2.5],
  ["-1", -1],
  ["", null],
])("%s is the number that people mean", (text, value) => {
  expect(number(text)).toBe(value);
});

test.each(["2,50", "10,00", "1,0000", ",5", "1,000,00", "ten"])("%s is no number", (text) => {
  expect(number(text)).toBe(text);
});
