// @vitest-environment node
import { beforeAll, expect, test, vi } from "vitest";
import { NoAnswer, Problem } from "../../net/api";

beforeAll(async () => {
  vi.stubGlobal("navigator", { language: "en" });
  vi.stubGlobal("document", { documentElement: { lang: "" } });
  (await import("../../i18n")).language.value = "en";
});

test.each([new NoAnswer(), new Problem(502, "unknown", "?"), new Problem(503, "busy", "")])(
  "what was sent may have been saved after %s",
  async (error) => {
    const { sayProblem, sayUnsaved } = await import("./problems");
    expect(sayUnsaved(error)).toBe(
      `${sayProblem(error)} It may or may not have been saved. To send it again is safe as long as nothing is edited.`,
    );
    expect(sayProblem(error)).not.toContain("Nothing was changed");
  },
);

test("what was refused was not saved", async () => {
  const { sayProblem, sayUnsaved } = await import("./problems");
  const taken = new Problem(409, "ref_taken", "");
  expect(sayUnsaved(taken)).toBe(sayProblem(taken));
  const nowhere = new Problem(503, "geocoder_unavailable", "");
  expect(sayUnsaved(nowhere)).toBe(sayProblem(nowhere));
});

test("an address that is many places is told in plain words", async () => {
  const { sayProblem } = await import("./problems");
  expect(sayProblem(new Problem(422, "ambiguous_address", ""))).toContain("choose one");
});
