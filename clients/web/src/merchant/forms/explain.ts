/** What the API says is wrong with a field, in plain words of either language. */

import type { Language } from "../../i18n";

type Said = readonly [pattern: RegExp, en: string, zh: string];

const SAID: readonly Said[] = [
  [/^Expected `str` of length >= 1$/, "Please fill this in.", "请填写。"],
  [/^Expected `(?:int|float)` >= (\S+)$/, "Must be $1 or more.", "不能小于 $1。"],
  [/^Expected `(?:int|float)` <= (\S+)$/, "Must be $1 or less.", "不能大于 $1。"],
  [/^Expected `(?:int|float)` > (\S+)$/, "Must be more than $1.", "必须大于 $1。"],
  [/^Expected `str` of length <= (\d+)$/, "At most $1 characters.", "最多 $1 个字符。"],
  [/^Expected `object` of length >= 1$/, "Choose at least one.", "请至少选择一个。"],
  [/^Expected `int.*got `float`/, "Must be a whole number.", "必须是整数。"],
  [/^Expected `.*got `null`/, "Please fill this in.", "请填写。"],
  [/^Expected `.*got `str`/, "Must be a number.", "必须是数字。"],
  [
    /^Expected `str` matching regex/,
    "Holds signs that are not possible here.",
    "含有不允许的字符。",
  ],
  [/^is missing: lat and lon/, "Both halves of the place are needed.", "经度和纬度都要填写。"],
  [
    /^is missing: give lat and lon/,
    "Click the map, or look up an address.",
    "请点击地图，或查询地址。",
  ],
  [/^is missing: give radius/, "Give a radius or an area.", "请填写半径或区域。"],
  [/^is missing: ISO 4217/, "Choose a currency.", "请选择货币。"],
  [/^is missing/, "Please fill this in.", "请填写。"],
  [/^must be after starts_at$/, "Must be after the start.", "必须晚于开始时间。"],
  [/^must be after active.from$/, "Must be after the start.", "必须晚于开始时间。"],
  [/^must be after from$/, "Must be after the start.", "必须晚于开始时间。"],
  [
    /^must be between 1970 and 9999$/,
    "Must be between 1970 and 9999.",
    "必须在 1970 年到 9999 年之间。",
  ],
  [/^must be 1 to 100 per cent$/, "Must be 1 to 100 per cent.", "必须是 1 到 100（百分比）。"],
  [/^must be more than 0$/, "Must be more than 0.", "必须大于 0。"],
  [
    /^must pay for one coupon or more$/,
    "Must pay for at least one coupon.",
    "至少要够一张优惠券。",
  ],
  [/^needs starts_at and ends_at$/, "Needs a start and an end.", "需要开始和结束时间。"],
  [/^goes with an amount only$/, "Goes with an amount only.", "仅适用于定额优惠。"],
  [/^does not go with per cent$/, "Does not go with per cent.", "百分比优惠不需要货币。"],
  [
    /^are not as OpenStreetMap writes them/,
    "Cannot be read. Write it as Mo-Fr 10:00-22:00.",
    "无法识别，请写成 Mo-Fr 10:00-22:00。",
  ],
  [
    /, as in Mo-Fr 10:00-22:00$/,
    "Cannot be read. Write it as Mo-Fr 10:00-22:00.",
    "无法识别，请写成 Mo-Fr 10:00-22:00。",
  ],
  [
    /is no IANA time zone/,
    "Is no time zone, as Asia/Shanghai is.",
    "不是时区名称（例如 Asia/Shanghai）。",
  ],
  [
    /^is no whole date and time$/,
    "Cannot be read: write both the date and the time, or clear it.",
    "无法识别：请填写完整的日期和时间，或清空。",
  ],
  [
    /^leaves no room for a cat/,
    "Leaves no room for a cat: roads and water are kept free of them.",
    "没有能放猫的地方：道路和水面不放猫。",
  ],
  [
    /^is away from where/,
    "The drawn area of its cats is elsewhere: change the cats first.",
    "猫的区域在别处，请先修改猫的区域。",
  ],
  [
    /^this merchant has no such campaign$/,
    "There is no such campaign any more.",
    "没有这个活动了。",
  ],
  [/^this merchant has no such store$/, "There is no such store any more.", "没有这家门店了。"],
  [/^is none of this address/, "Choose one of the places again.", "请重新选择一个地点。"],
];

/** `90.0` is 90 to people. */
function plain(value: string): string {
  return value.replace(/\.0$/, "");
}

/** A message of the API for people; one that nobody foresaw stays as it is. */
export function explain(message: string, language: Language): string {
  for (const [pattern, en, zh] of SAID) {
    const found = pattern.exec(message);
    if (found) return (language === "zh" ? zh : en).replace("$1", plain(found[1] ?? ""));
  }
  return message;
}
