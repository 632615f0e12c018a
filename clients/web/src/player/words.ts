/** Words that several screens need. */

import { language, texts } from "../i18n";
import { octant } from "./ground";
import { type NearCat, species } from "./state";

const say = texts({
  metres: ["{n} m", "{n} 米"],
  kilometres: ["{n} km", "{n} 公里"],
  n: ["north", "正北"],
  ne: ["north-east", "东北"],
  e: ["east", "正东"],
  se: ["south-east", "东南"],
  s: ["south", "正南"],
  sw: ["south-west", "西南"],
  w: ["west", "正西"],
  nw: ["north-west", "西北"],
  coupon: ["with a coupon", "带着优惠券"],
  in_reach: ["within reach", "够得着"],
  label: ["{name}, {far}", "{name}，{far}"],
  and: [", ", "，"],
});

/** `27 m`, `1.4 km`. */
export function farText(distance_m: number): string {
  if (distance_m < 1000) return say("metres", { n: Math.max(1, Math.round(distance_m)) });
  return say("kilometres", { n: (distance_m / 1000).toFixed(1) });
}

const WINDS = ["n", "ne", "e", "se", "s", "sw", "w", "nw"] as const;

export function windText(bearing_deg: number): string {
  return say(WINDS[octant(bearing_deg)] ?? "n");
}

/** A species' name in the page's language; its id where it is not known. */
export function nameOf(id: string): string {
  const known = species.value.find((kind) => kind.id === id);
  if (known === undefined) return id.charAt(0).toUpperCase() + id.slice(1);
  return language.value === "zh" ? known.name_zh : known.name_en;
}

/** What a picture of a cat leaves out: "within reach, with a coupon". */
export function aboutText(cat: NearCat): string {
  const said: string[] = [];
  if (cat.is_in_reach) said.push(say("in_reach"));
  if (cat.reward !== undefined) said.push(say("coupon"));
  return said.join(say("and"));
}

/** A cat's button on the map: "Boba, 27 m, within reach, with a coupon". */
export function catLabel(cat: NearCat): string {
  const place = say("label", { name: nameOf(cat.species), far: farText(cat.distance_m) });
  return [place, aboutText(cat)].filter((part) => part !== "").join(say("and"));
}

const LOCALES = { en: "en-GB", zh: "zh-CN" } as const;

/** `Fri 27 Nov, 14:05`. */
export function whenText(at_ms: number): string {
  return new Intl.DateTimeFormat(LOCALES[language.value], {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  }).format(at_ms);
}

export function numberText(n: number): string {
  return new Intl.NumberFormat(LOCALES[language.value]).format(n);
}
