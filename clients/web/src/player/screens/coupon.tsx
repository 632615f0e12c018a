/** One coupon, to hold up at the till: a large QR code and the code in letters. */

import { Box } from "../../art";
import { texts } from "../../i18n";
import { stateAt, type WalletCoupon } from "../coupons";
import { Heading } from "../heading";
import { BackIcon } from "../icons";
import { hashOf, route } from "../route";
import { useServerNowMs } from "../server_now";
import { coupons, isCopy } from "../wallet";
import { QrCode } from "./qr";
import { stateText, storeText } from "./wallet";

const say = texts({
  none: ["No such coupon", "没有这张券"],
  none_text: ["It is not in this wallet.", "它不在这个钱包里。"],
  back: ["Wallet", "钱包"],
  qr: ["QR code of {code}", "{code} 的二维码"],
  show: ["Show this at the till", "请在收银台出示"],
  copy: ["As this device last knew it: no network.", "无网络：显示的是本机上次的记录。"],
  redeemed: ["Enjoy!", "请享用！"],
  expired: ["Too late", "来晚了"],
  void: ["Withdrawn", "已作废"],
});

export function CouponScreen() {
  const coupon = coupons.value.find(({ code }) => code === route.value.about);
  return (
    <div class="scroll coupon">
      <a class="back" href={hashOf("wallet")}>
        <BackIcon /> {say("back")}
      </a>
      {coupon === undefined ? <None /> : <Shown coupon={coupon} />}
    </div>
  );
}

function None() {
  return (
    <>
      <Heading>{say("none")}</Heading>
      <p>{say("none_text")}</p>
    </>
  );
}

function Shown({ coupon }: { coupon: WalletCoupon }) {
  const now_ms = useServerNowMs();
  const state = stateAt(coupon, now_ms);
  return (
    <article class={`voucher ${state}`}>
      <Heading>{coupon.title}</Heading>
      <div class="code-area">
        <QrCode text={coupon.code ?? ""} label={say("qr", { code: coupon.code ?? "" })} />
        {state !== "active" && state !== "pending" && <b class="stamp">{say(state)}</b>}
      </div>
      <code>{coupon.code}</code>
      <p class="state" role="status">
        {state === "active" && <strong>{say("show")}</strong>}
        <span>{stateText(coupon, now_ms)}</span>
        {storeText(coupon) !== "" && <span>{storeText(coupon)}</span>}
      </p>
      {isCopy.value && <p class="note">{say("copy")}</p>}
      <div class="mascot">
        <Box />
      </div>
    </article>
  );
}
