// @vitest-environment node
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import page from "../../../../docs/clients.md?raw";

beforeAll(() => {
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal("navigator", { language: "en" });
  vi.stubGlobal("document", { documentElement: { lang: "" } });
});

const load = async () => ({ ...(await import("./refusals")), ...(await import("../i18n")) });

const NOTHING_KNOWN = { fix_age_ms: null, accuracy_m: null };

/** The reasons of docs/clients.md, with what its table says of each. */
function documented(): Map<string, string> {
  const table = page.slice(page.indexOf("## Refusals"), page.indexOf("Where a campaign gives no"));
  return new Map(
    [...table.matchAll(/^\| `(\w+)` \|(.*)$/gm)].map(([, name = "", row = ""]) => [name, row]),
  );
}

describe("refusals", () => {
  beforeEach(async () => (await load()).speak("en"));

  test("every documented reason has words of its own in both languages", async () => {
    const { refusalText, speak } = await load();
    const reasons = [...documented().keys()];
    expect(reasons.length).toBeGreaterThan(19);
    for (const language of ["en", "zh"] as const) {
      speak(language);
      const unknown = refusalText({ type: "refused", reason: "zzz", retry: true }, NOTHING_KNOWN);
      const said = reasons.map((reason) =>
        refusalText({ type: "refused", reason, retry: true }, NOTHING_KNOWN),
      );
      expect(new Set(said).size).toBe(reasons.length);
      expect(said).not.toContain(unknown);
    }
  });

  test("too far says by how many metres, rounded so that it suffices", async () => {
    const { refusalText } = await load();
    const far = {
      type: "refused",
      reason: "too_far",
      retry: true,
      distance_m: 75.2,
      limit_m: 48.5,
    };
    expect(refusalText(far as never, NOTHING_KNOWN)).toBe("27 m closer, please.");
  });

  test("an old position says how old it is, a vague one how vague", async () => {
    const { refusalText } = await load();
    const here = { fix_age_ms: 40_300, accuracy_m: 180 };
    expect(refusalText({ type: "refused", reason: "stale_fix", retry: true }, here)).toBe(
      "Your location is 40 s old.",
    );
    expect(
      refusalText({ type: "refused", reason: "inaccurate_fix", retry: true, limit_m: 100 }, here),
    ).toContain("±180 m");
  });

  test("a wait is never shorter than the server asked for, and not the same for all", async () => {
    const { waitMs } = await load();
    const refused = { type: "refused", reason: "cooling_down", retry: true, retry_after_ms: 900 };
    expect(waitMs(refused as never, 0)).toBe(900);
    expect(waitMs(refused as never, 0.5)).toBeGreaterThan(1200);
  });
});
