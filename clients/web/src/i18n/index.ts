/** The language of the page, and texts in it. */

import { signal } from "@preact/signals";

export type Language = "en" | "zh";

const KEPT = "catcat.language";

function preferred(): Language {
  try {
    const kept = localStorage.getItem(KEPT);
    if (kept === "en" || kept === "zh") return kept;
  } catch {
    // storage is switched off
  }
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export const language = signal<Language>(preferred());

language.subscribe((now) => {
  document.documentElement.lang = now === "zh" ? "zh-CN" : "en";
});

/** Speak another language from now on. */
export function speak(now: Language): void {
  try {
    localStorage.setItem(KEPT, now);
  } catch {
    // full, or switched off: it is spoken until the page is left
  }
  language.value = now;
}

/**
 * Texts of a page: `texts({ hello: ["Hello {name}", "你好 {name}"] })` gives a function that says one
 * of them, with its `{holes}` filled. A component that calls it is drawn again in the new language.
 */
export function texts<Key extends string>(table: Record<Key, readonly [en: string, zh: string]>) {
  return (key: Key, holes: Record<string, string | number> = {}): string =>
    table[key][language.value === "zh" ? 1 : 0].replace(/\{(\w+)\}/g, (hole, name: string) =>
      String(holes[name] ?? hole),
    );
}
