// @vitest-environment node
import { beforeAll, expect, test, vi } from "vitest";

beforeAll(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
  });
  vi.stubGlobal("navigator", { language: "zh-TW" });
  vi.stubGlobal("document", { documentElement: { lang: "" } });
});

test("a page speaks the browser's language until it is told another", async () => {
  const { speak, texts } = await import(".");
  const say = texts({ hello: ["Hello {name}", "你好 {name}"] });
  expect(say("hello", { name: "Boba" })).toBe("你好 Boba");
  speak("en");
  expect(say("hello", { name: "Boba" })).toBe("Hello Boba");
  expect(say("hello")).toBe("Hello {name}");
});

test("a page without storage speaks all the same", async () => {
  vi.resetModules();
  const blocked = () => {
    throw new DOMException("", "SecurityError");
  };
  vi.stubGlobal("localStorage", { getItem: blocked, setItem: blocked });
  const { language, speak } = await import(".");
  expect(language.value).toBe("zh");
  speak("en");
  expect(language.value).toBe("en");
});
