/** A word on what just happened elsewhere: a clerk took a coupon, a coupon came. */

import { useEffect } from "preact/hooks";
import { texts } from "../i18n";
import type { CouponState } from "../net";
import { news } from "./wallet";

const say = texts({
  active: ["Your coupon is here: {title}", "你的优惠券到了：{title}"],
  redeemed: ["Enjoy! Redeemed: {title}", "请享用！已核销：{title}"],
  void: ["Withdrawn: {title}", "已作废：{title}"],
  expired: ["Expired: {title}", "已过期：{title}"],
  pending: ["On its way: {title}", "正在路上：{title}"],
});

const SHOWN_MS = 7_000;

export function Toast() {
  const coupon = news.value;
  useEffect(() => {
    if (coupon === null) return;
    const timer = setTimeout(() => {
      news.value = null;
    }, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [coupon]);
  return (
    <div class="toasts" role="status">
      {coupon !== null && (
        <p class={`toast ${coupon.state}`}>
          {say(coupon.state satisfies CouponState, { title: coupon.title })}
        </p>
      )}
    </div>
  );
}
