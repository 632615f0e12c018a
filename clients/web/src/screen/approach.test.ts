import { describe, expect, it } from "vitest";
import { clockFace, stage } from "./approach";
import { shortName } from "./names";

describe("the countdown", () => {
  it.each([
    [null, "none"],
    [200_000, "far"],
    [80_000, "day"],
    [3_600, "hour"],
    [61, "hour"],
    [60, "minute"],
    [1, "minute"],
    [0, "now"],
    [-44, "now"],
    [-45, "on"],
    [-3_600, "none"],
  ] as const)("grows as the event comes near: %s s is %s", (left, is) => {
    expect(stage(left)).toBe(is);
  });

  it("shows hours only where there are any", () => {
    expect(clockFace(59)).toBe("00:59");
    expect(clockFace(3_599)).toBe("59:59");
    expect(clockFace(3_600)).toBe("01:00:00");
    expect(clockFace(86_399)).toBe("23:59:59");
  });
});

describe("a name on the wall", () => {
  it("is the beginning of one that says nothing", () => {
    expect(shortName("g5a8381d786e9d41071ad4fd8")).toBe("5A8·381");
  });
});
