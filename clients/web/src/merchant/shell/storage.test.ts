// @vitest-environment node
import { afterEach, expect, test, vi } from "vitest";
import { recall, remember } from "./storage";

afterEach(() => vi.unstubAllGlobals());

test("what is kept is found again until it is forgotten", () => {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => kept.set(name, text),
    removeItem: (name: string) => kept.delete(name),
  });
  remember("localStorage", "a", "1");
  expect(recall("localStorage", "a")).toBe("1");
  remember("localStorage", "a", null);
  expect(recall("localStorage", "a")).toBeNull();
});

test("a page without storage goes on, and finds nothing", () => {
  const blocked = () => {
    throw new DOMException("", "SecurityError");
  };
  vi.stubGlobal("sessionStorage", { getItem: blocked, setItem: blocked, removeItem: blocked });
  remember("sessionStorage", "a", "1");
  remember("sessionStorage", "a", null);
  expect(recall("sessionStorage", "a")).toBeNull();
});
