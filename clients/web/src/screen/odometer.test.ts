import { describe, expect, it } from "vitest";
import { Running, wheels } from "./odometer";

describe("a running number", () => {
  it("moves evenly to what was said last, and stays there", () => {
    const running = new Running();
    running.to(100, 0, 0);
    running.to(150, 1_000, 1_000);
    expect(running.at(1_000)).toBe(100);
    expect(running.at(1_500)).toBe(125);
    expect(running.at(2_000)).toBe(150);
    expect(running.at(9_000)).toBe(150);
  });

  it("goes on from where it is when news comes early", () => {
    const running = new Running();
    running.to(10, 0, 1_000);
    running.to(20, 500, 1_000);
    expect(running.at(500)).toBe(5);
    expect(running.at(1_500)).toBe(20);
  });

  it("never falls while what it counts does not", () => {
    const running = new Running();
    let before = 0;
    for (let second = 0; second < 50; second += 1) {
      running.to(second * 7, second * 1_000, 1_000);
      for (let frame = 0; frame < 60; frame += 1) {
        const now = running.at(second * 1_000 + frame * 16);
        expect(now).toBeGreaterThanOrEqual(before);
        before = now;
      }
    }
  });
});

describe("wheels", () => {
  it("show the digits, the last first", () => {
    expect(wheels(1_234, 5)).toEqual([4, 3, 2, 1, 0]);
  });

  it("turn only where the wheel below passes nine", () => {
    expect(wheels(12.25, 3)).toEqual([2.25, 1, 0]);
    expect(wheels(19.25, 3)).toEqual([9.25, 1.25, 0]);
    expect(wheels(199.5, 4)).toEqual([9.5, 9.5, 1.5, 0]);
  });
});
