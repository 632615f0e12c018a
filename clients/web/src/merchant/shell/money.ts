/** What coupons are worth, in words of a language. */

import type { Language } from "../../i18n";
import type { CampaignKind } from "../api";

const LOCALE: Record<Language, string> = { en: "en", zh: "zh-CN" };

export function money(value: number, currency: string, language: Language): string {
  try {
    return new Intl.NumberFormat(LOCALE[language], {
      style: "currency",
      currency,
      currencyDisplay: "narrowSymbol",
      trailingZeroDisplay: "stripIfInteger",
    } as Intl.NumberFormatOptions).format(value);
  } catch {
    return `${currency} ${value}`; // no currency that the browser knows, while it is being typed
  }
}

/** `20% off`, `¥5 off`, `A gift`; in Chinese 20 % off is `8折`, and all of it is free. */
export function worth(
  kind: CampaignKind,
  value: number,
  currency: string | null,
  language: Language,
): string {
  const zh = language === "zh";
  if (kind !== "gift" && !(value > 0)) return "…"; // while it is being written
  if (kind === "percent" && value >= 100) return zh ? "免费" : "Free";
  if (kind === "percent") return zh ? `${Number((10 - value / 10).toFixed(2))}折` : `${value}% off`;
  const sum = currency && value > 0 ? money(value, currency, language) : "";
  if (kind === "amount") return zh ? `立减 ${sum}` : `${sum} off`;
  if (sum === "") return zh ? "礼品" : "A gift";
  return zh ? `礼品（价值 ${sum}）` : `A gift worth ${sum}`;
}

export function count(value: number, language: Language): string {
  return new Intl.NumberFormat(LOCALE[language]).format(value);
}

/** A moment of today as a time, any other with its date. */
export function moment(at_ms: number, language: Language, zone?: string): string {
  const options: Intl.DateTimeFormatOptions = { dateStyle: "medium", timeStyle: "short" };
  if (zone !== undefined) options.timeZone = zone;
  return new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", options).format(at_ms);
}
