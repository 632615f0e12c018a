import { afterEach, expect, test, vi } from "vitest";
import { newId } from "./ids";

afterEach(() => vi.unstubAllGlobals());

test("ids come also where the page is not a secure context, and each is another", () => {
  const { crypto } = globalThis;
  vi.stubGlobal("crypto", {
    getRandomValues: (into: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(into),
  });
  const ids = Array.from({ length: 50 }, newId);
  expect(new Set(ids).size).toBe(50);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
});
