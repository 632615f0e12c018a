// @vitest-environment node
import { beforeAll, expect, test, vi } from "vitest";

beforeAll(() => {
  vi.stubGlobal("navigator", { language: "en" });
  vi.stubGlobal("document", { documentElement: { lang: "" } });
});

const DOUBT = {
  code: "looks_like_another_datum",
  message: "These look like gcj02, not wgs84: ...",
  said: "wgs84",
  looks_like: "gcj02",
  pairs: 4,
  off_m: 548.2,
  fits_m: 12,
} as const;

test("a doubt of the datum is told in either language", async () => {
  const { language } = await import("../../i18n");
  const { sayWarning } = await import("./warning");
  language.value = "en";
  expect(sayWarning(DOUBT)).toContain("look like GCJ-02, not WGS-84: 4 places are 548 m off");
  language.value = "zh";
  expect(sayWarning(DOUBT)).toContain("4 个地点相差约 548 米");
});

test("a warning that nobody foresaw stays as it was said", async () => {
  const { sayWarning } = await import("./warning");
  expect(sayWarning({ code: "other", message: "It rains." })).toBe("It rains.");
});
