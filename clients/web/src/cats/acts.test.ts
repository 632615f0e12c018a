import { expect, test } from "vitest";
import { Acts, eased, springy } from "./acts";

test("one act follows the other, each to its end", async () => {
  const acts = new Acts();
  const seen: string[] = [];
  const first = acts.play({ duration_s: 1, step: (part) => seen.push(`a${part}`) });
  const second = acts.play({ duration_s: 2, step: (part) => seen.push(`b${part}`) });
  acts.advance(10);
  acts.advance(10.5);
  acts.advance(11.5);
  await first;
  acts.advance(12.5);
  acts.advance(20);
  await second;
  expect(seen).toEqual(["a0", "a0.5", "a1", "b0", "b0.5", "b1"]);
  expect(acts.isIdle).toBe(true);
});

test("who waits for an act does not wait for ever when it is dropped", async () => {
  const acts = new Acts();
  const waiting = acts.play({ duration_s: 9, step: () => undefined });
  acts.advance(0);
  acts.clear();
  await waiting;
});

test("motions begin at 0 and end at 1", () => {
  for (const motion of [eased, springy]) {
    expect(motion(0)).toBeCloseTo(0);
    expect(motion(1)).toBeCloseTo(1);
  }
});
