import { afterEach, beforeEach, expect, test, vi } from "vitest";

beforeEach(() => {
  vi.stubGlobal("location", { search: "", hash: "" });
  vi.stubGlobal("document", { createElement: () => ({ classList: { remove() {} } }) });
  vi.stubGlobal("requestAnimationFrame", () => 1);
  vi.stubGlobal("cancelAnimationFrame", () => {});
});
afterEach(() => vi.unstubAllGlobals());

test("a stage whose script does not come is a flat one, and one can throw", async () => {
  const { openAnyStage, staged } = await import("./stages");
  const { FlatStage } = await import("./flat_stage");
  const root = { replaceChildren() {} } as unknown as HTMLElement;
  const lost = () => Promise.reject(new TypeError("Failed to fetch"));
  const stage = await openAnyStage({} as HTMLCanvasElement, root, lost);
  expect(stage).toBeInstanceOf(FlatStage);
  expect(staged.value).toBe("flat");
});
