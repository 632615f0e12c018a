import { expect, test } from "vitest";
import { Ages } from "./ages";

test.each([-3_600_000, -9_000, 0, 9_000, 86_400_000])(
  "a phone whose clock is off by %i ms has positions as old as any other's",
  (off_ms) => {
    const ages = new Ages();
    ages.hear(10_000, 10_300 + off_ms);
    ages.hear(11_000, 11_200 + off_ms);
    expect(ages.of(11_000, 11_200 + off_ms)).toBe(0);
    expect(ages.of(11_000, 19_200 + off_ms)).toBe(8_000);
  },
);

test("a position that came late is older than it looks, and one told again is not newer", () => {
  const ages = new Ages();
  ages.hear(10_000, 10_200);
  ages.hear(11_000, 16_200);
  expect(ages.of(11_000, 16_200)).toBe(5_000);
  for (let n = 0; n < 40; n++) ages.hear(11_000, 20_000 + n);
  expect(ages.of(11_000, 20_200)).toBe(9_000);
});

test("after the clock was set, some positions later all is as before", () => {
  const ages = new Ages();
  for (let n = 0; n < 30; n++) ages.hear(n * 1_000, n * 1_000);
  for (let n = 30; n < 50; n++) ages.hear(n * 1_000, n * 1_000 + 60_000);
  expect(ages.of(49_000, 109_000)).toBe(0);
});
