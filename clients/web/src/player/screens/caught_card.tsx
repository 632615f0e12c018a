/** What was won: the cat, its points, and the coupon that drops out of the box. */

import { useEffect, useRef } from "preact/hooks";
import { texts } from "../../i18n";
import type { Caught } from "../../net";
import { play } from "../../sound";
import { go, hashOf } from "../route";
import { serverNow_ms } from "../server_now";
import { hunt } from "../state";
import { coupons } from "../wallet";
import { nameOf } from "../words";
import { QrCode } from "./qr";
import { stateText } from "./wallet";

const say = texts({
  caught: ["You caught {name}!", "你捉到了{name}！"],
  points: ["+{n} points", "+{n} 分"],
  pending: ["Your coupon is on its way. It comes by itself.", "优惠券正在路上，会自己到。"],
  none: ["No coupon this time, but a friend for the album.", "这次没有券，不过图鉴里多了个朋友。"],
  void: ["The coupons have run out, sorry. The cat is yours.", "抱歉，券发完了。猫归你。"],
  qr: ["QR code of {code}", "{code} 的二维码"],
  at: ["To spend at {store}", "可在 {store} 使用"],
  wallet: ["Open in the wallet", "在钱包里打开"],
  on: ["Catch more", "继续捉"],
});

export function CaughtCard({ caught }: { caught: Caught }) {
  const title = useRef<HTMLHeadingElement>(null);
  const coupon = coupons.value.find(({ attempt }) => attempt === caught.attempt);
  useEffect(() => {
    title.current?.focus();
    if (caught.coupon !== null) play("coupon");
  }, []);
  return (
    <section class="won" aria-labelledby="won-title">
      <img src={`/art/${caught.species}.svg`} alt="" width="110" height="110" />
      <h2 id="won-title" ref={title} tabIndex={-1}>
        {say("caught", { name: nameOf(caught.species) })}
      </h2>
      <p class="plus">{say("points", { n: caught.points })}</p>
      {caught.coupon === null ? (
        <p>{say("none")}</p>
      ) : (
        <div class="dropped">
          <strong>{caught.coupon.title}</strong>
          {coupon?.code != null ? (
            <>
              <QrCode text={coupon.code} label={say("qr", { code: coupon.code })} />
              <code>{coupon.code}</code>
              <span class="state">{stateText(coupon, serverNow_ms())}</span>
              <span class="state">{say("at", { store: hunt.value?.cat.store.name ?? "" })}</span>
            </>
          ) : (
            <span role="status">{say(coupon?.state === "void" ? "void" : "pending")}</span>
          )}
        </div>
      )}
      <div class="ways">
        <button type="button" class="primary" onClick={() => go("street")}>
          {say("on")}
        </button>
        {coupon?.code != null && (
          <a class="button" href={hashOf("coupon", coupon.code)}>
            {say("wallet")}
          </a>
        )}
      </div>
    </section>
  );
}
