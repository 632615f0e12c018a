/** Guests have ids, and people like names: the same one for the same id, everywhere. */

import { type Language, language } from "../i18n";

const FIRST: readonly (readonly [string, string])[] = [
  ["Sleepy", "瞌睡的"],
  ["Brave", "勇敢的"],
  ["Hungry", "嘴馋的"],
  ["Fluffy", "毛茸茸的"],
  ["Sneaky", "鬼鬼祟祟的"],
  ["Polite", "有礼貌的"],
  ["Midnight", "半夜的"],
  ["Dizzy", "晕乎乎的"],
  ["Lucky", "走运的"],
  ["Grumpy", "闹脾气的"],
  ["Velvet", "丝绒"],
  ["Noisy", "话多的"],
  ["Patient", "沉得住气的"],
  ["Runaway", "离家出走的"],
  ["Sunny", "晒太阳的"],
  ["Famous", "有名的"],
];

const SECOND: readonly (readonly [string, string])[] = [
  ["Whisker", "胡须"],
  ["Noodle", "面条"],
  ["Button", "纽扣"],
  ["Dumpling", "饺子"],
  ["Sardine", "沙丁鱼"],
  ["Mitten", "手套"],
  ["Teapot", "茶壶"],
  ["Umbrella", "雨伞"],
  ["Pepper", "胡椒"],
  ["Lantern", "灯笼"],
  ["Biscuit", "饼干"],
  ["Ribbon", "丝带"],
  ["Turnip", "萝卜"],
  ["Pocket", "口袋"],
  ["Marble", "弹珠"],
  ["Sparrow", "麻雀"],
];

/** FNV-1a, 32 bits. */
function hashed(text: string): number {
  let hash = 0x811c9dc5;
  for (const sign of text) hash = Math.imul(hash ^ (sign.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}

export function nickname(player: string, speaking: Language = language.value): string {
  const hash = hashed(player);
  const side = speaking === "zh" ? 1 : 0;
  const first = FIRST[hash % FIRST.length]?.[side] ?? "";
  const second = SECOND[(hash >>> 8) % SECOND.length]?.[side] ?? "";
  const number = (hash >>> 16) % 100;
  return `${first}${side === 1 ? "" : " "}${second} ${String(number).padStart(2, "0")}`;
}
