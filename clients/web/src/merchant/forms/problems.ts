/** Refusals that are about no field, in plain words. */

import { texts } from "../../i18n";
import { NoAnswer, Problem } from "../../net/api";

const say = texts({
  offline: ["The server does not answer.", "服务器没有响应。"],
  unsaved: [
    "{what} It may or may not have been saved. To send it again is safe as long as nothing is edited.",
    "{what}可能已保存，也可能未保存。只要不改动内容，可以放心重新提交。",
  ],
  unauthenticated: ["This key opens nothing here.", "这个密钥无效。"],
  forbidden: ["This key is for something else.", "这个密钥没有此权限。"],
  not_found: ["There is no such thing any more.", "已经不存在了。"],
  ref_taken: ["Another of your stores has that number.", "另一家门店已使用这个编号。"],
  stock_too_low: [
    "{reserved} coupons are carried by cats and {issued} are given: the stock cannot be less.",
    "已有 {reserved} 张在猫身上、{issued} 张已发出，库存不能低于这个数。",
  ],
  budget_too_low: [
    "The budget must pay for the {reserved} coupons that cats carry and the {issued} given.",
    "预算必须够付猫身上的 {reserved} 张和已发出的 {issued} 张。",
  ],
  campaign_ended: ["An ended campaign stays ended.", "已结束的活动不能再改。"],
  no_geocoder: [
    "This server looks no addresses up. Click the map instead.",
    "本服务器未配置地址查询，请直接点击地图。",
  ],
  geocoder_unavailable: [
    "Addresses cannot be looked up right now. Click the map, or try again.",
    "暂时无法查询地址，请点击地图或稍后再试。",
  ],
  unknown_address: ["No place has that address.", "找不到这个地址。"],
  ambiguous_address: [
    "That address is not one place: look it up and choose one.",
    "该地址对应多个地点，请先查询地址再选择一个。",
  ],
  generates_codes: ["This campaign makes its codes itself.", "该活动自动生成券码。"],
  bad_csv: ["This is no CSV that can be read: {detail}", "无法读取这个 CSV：{detail}"],
  bad_json: ["This is no GeoJSON that can be read.", "无法读取这个 GeoJSON。"],
  too_large: ["The file is too large.", "文件太大。"],
  unsupported_media_type: ["This kind of file is not taken.", "不支持这种文件。"],
  too_many_requests: ["Too many requests. Wait a moment.", "请求太多，请稍等。"],
  too_late: ["It is too long ago to be taken back (24 hours).", "已超过 24 小时，不能撤销。"],
  not_redeemed: ["The coupon is not redeemed.", "这张券尚未核销。"],
  later: ["Too much to do just now. Try again in a moment.", "服务器繁忙，请稍后重试。"],
  late: ["About what you did before: {what}", "关于之前的操作：{what}"],
  refused: ["It was not saved. {what}", "未保存。{what}"],
  fields: ["Please look at the marked fields.", "请检查标出的内容。"],
  broken: ["Something went wrong: {detail}", "出错了：{detail}"],
});

const LATER = new Set(["busy", "unavailable", "internal", "not_ready", "too_slow"]);
const KNOWN = new Set([
  "offline", "unauthenticated", "forbidden", "not_found", "ref_taken", "stock_too_low",
  "budget_too_low", "campaign_ended", "no_geocoder", "geocoder_unavailable", "unknown_address",
  "ambiguous_address",
  "generates_codes", "bad_csv", "bad_json", "too_large", "unsupported_media_type",
  "too_many_requests", "too_late", "not_redeemed",
] as const); // biome-ignore format: a list of words

type Known = typeof KNOWN extends Set<infer Code> ? Code : never;

/** What to tell somebody of a request that failed. */
export function sayProblem(error: unknown): string {
  if (error instanceof NoAnswer) return say("offline");
  if (!(error instanceof Problem)) return say("broken", { detail: String(error) });
  const holes = { detail: error.message, ...(error.more as Record<string, string>) };
  if (error.code === "invalid") return say("fields");
  if (LATER.has(error.code)) return say("later");
  if (KNOWN.has(error.code as Known)) return say(error.code as Known, holes);
  return say("broken", holes);
}

/**
 * The same of a request that was to save something. Without an answer, or with one of a server that
 * broke, nobody knows whether it did.
 */
export function sayUnsaved(error: unknown): string {
  const what = sayProblem(error);
  if (error instanceof NoAnswer) return say("unsaved", { what });
  const isRefused = !(error instanceof Problem) || error.status < 500;
  return isRefused || error.code === "geocoder_unavailable" ? what : say("unsaved", { what });
}

/** What is wrong with a field, to those who do not see it any more. */
export function sayRefused(what: string): string {
  return say("refused", { what });
}

/** What to tell somebody who has gone on since. */
export function sayLate(what: string): string {
  return say("late", { what });
}
