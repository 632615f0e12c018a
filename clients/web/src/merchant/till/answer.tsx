/** The one big answer: in colour, in a word and in a sign. */

import { useEffect, useRef } from "preact/hooks";
import { language, texts } from "../../i18n";
import { Icon, type IconName } from "../shell/icons";
import { moment, worth } from "../shell/money";
import { storeNames } from "../shop";
import { isMistyped } from "./code";
import type { Verdict, VerdictKind } from "./verdict";

const say = texts({
  done: ["Redeemed", "已核销"],
  good: ["Good", "有效"],
  again: ["Already redeemed", "已被使用"],
  expired: ["Expired", "已过期"],
  void: ["Withdrawn", "已作废"],
  other: ["Another merchant's", "不是本店的券"],
  unknown: ["No such coupon", "没有这张券"],
  nostore: ["Choose your store", "请选择门店"],
  offline: ["No connection", "网络不通"],
  later: ["Try again", "请重试"],
  doneText: ["Give it to the customer.", "请给顾客兑现。"],
  goodText: ["It was not redeemed yet.", "尚未核销。"],
  againText: ["{when}, {where}", "{when}，{where}"],
  expiredText: ["on {when}", "{when} 到期"],
  voidText: ["The merchant has withdrawn it.", "商家已将其作废。"],
  otherText: ["It is to be redeemed at another merchant's.", "请到发券商家使用。"],
  unknownText: ["Look at the code again.", "请核对券码。"],
  mistypedText: [
    "A character of it is wrong. Compare it once more.",
    "有一个字符不对，请再核对一遍。",
  ],
  nostoreText: ["The store of this till is not known.", "尚未选择收银门店。"],
  offlineText: [
    "Nothing was redeemed for certain. Try the same code again: it counts once.",
    "无法确认是否核销。请用同一券码重试，只会计一次。",
  ],
  laterText: ["Nothing was changed. Wait a moment.", "未作更改，请稍等片刻。"],
  elsewhere: ["at another store", "其他门店"],
});

const SIGNS: Record<VerdictKind, IconName> = {
  done: "done",
  good: "done",
  again: "again",
  expired: "late",
  void: "no",
  other: "other",
  unknown: "unknown",
  nostore: "stores",
  offline: "wait",
  later: "wait",
};

export function Answer({ verdict }: { verdict: Verdict }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), [verdict]);
  const { kind, coupon } = verdict;
  return (
    <div class={`answer ${kind}`} role="alert" tabIndex={-1} ref={box}>
      <Icon name={SIGNS[kind]} size={88} />
      <p class="answer-word">{say(kind)}</p>
      {coupon && (
        <p class="answer-worth">
          {worth(coupon.kind, coupon.value, coupon.currency, language.value)}
        </p>
      )}
      {coupon && <p class="answer-title">{coupon.title}</p>}
      <p>{about(verdict)}</p>
      {coupon?.terms && (kind === "done" || kind === "good") && <p class="terms">{coupon.terms}</p>}
      <p class="answer-code">{verdict.code}</p>
    </div>
  );
}

function about({ kind, code, at_ms, store }: Verdict): string {
  const when = at_ms === undefined ? "" : moment(at_ms, language.value);
  const where = storeNames.value.get(store ?? "") ?? say("elsewhere");
  if (kind === "unknown" && isMistyped(code)) return say("mistypedText");
  return say(`${kind}Text`, { when, where });
}
