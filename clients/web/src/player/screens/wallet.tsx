/** Coupons, the usable ones first. */

import { useEffect } from "preact/hooks";
import { Scene } from "../../art";
import { texts } from "../../i18n";
import { stateAt, type WalletCoupon } from "../coupons";
import { Heading } from "../heading";
import { hashOf } from "../route";
import { useServerNowMs } from "../server_now";
import { shops } from "../state";
import { asked_ms, coupons, isCopy, refresh } from "../wallet";
import { whenText } from "../words";

const say = texts({
  title: ["Wallet", "钱包"],
  copy: [
    "No answer from the server. This is what this device knew on {when}.",
    "服务器没有回音。这是本机在 {when} 的记录。",
  ],
  copy_never: ["No answer from the server yet.", "服务器还没有回音。"],
  again: ["Ask again", "再问一次"],
  none: ["Nothing in here yet", "这里还空着"],
  none_text: ["Catch a cat with a ticket in its mouth.", "去捉一只叼着券的猫吧。"],
  to_street: ["To the street", "去街上"],
  usable: ["To spend", "可用"],
  used: ["Spent and past", "用过和过期"],
  until: ["until {when}", "{when} 前有效"],
  pending: ["on its way", "正在路上"],
  redeemed: ["redeemed {when}", "{when} 已核销"],
  expired: ["expired {when}", "{when} 已过期"],
  void: ["withdrawn", "已作废"],
  at: ["at {store}", "在 {store} 使用"],
});

export function Wallet() {
  useEffect(() => void refresh(), []);
  const now_ms = useServerNowMs();
  const usable = coupons.value.filter((coupon) => is_usable(coupon, now_ms));
  const past = coupons.value.filter((coupon) => !is_usable(coupon, now_ms));
  return (
    <div class="scroll">
      <Heading>{say("title")}</Heading>
      {isCopy.value && <CopyNote />}
      {coupons.value.length === 0 ? (
        <section class="trouble">
          <Scene name="no-coupons" />
          <h2>{say("none")}</h2>
          <p>{say("none_text")}</p>
          <a class="button primary" href={hashOf("street")}>
            {say("to_street")}
          </a>
        </section>
      ) : (
        <>
          <Coupons title={say("usable")} list={usable} now_ms={now_ms} />
          <Coupons title={say("used")} list={past} now_ms={now_ms} />
        </>
      )}
    </div>
  );
}

function is_usable(coupon: WalletCoupon, now_ms: number): boolean {
  const state = stateAt(coupon, now_ms);
  return state === "active" || state === "pending";
}

function CopyNote() {
  return (
    <p class="note" role="status">
      {asked_ms.value === null
        ? say("copy_never")
        : say("copy", { when: whenText(asked_ms.value) })}{" "}
      <button type="button" class="small" onClick={() => void refresh()}>
        {say("again")}
      </button>
    </p>
  );
}

function Coupons({
  title,
  list,
  now_ms,
}: {
  title: string;
  list: readonly WalletCoupon[];
  now_ms: number;
}) {
  if (list.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul class="coupons">
        {list.map((coupon) => (
          <li key={coupon.code ?? coupon.attempt}>
            <Ticket coupon={coupon} now_ms={now_ms} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Ticket({ coupon, now_ms }: { coupon: WalletCoupon; now_ms: number }) {
  const state = stateAt(coupon, now_ms);
  const words = (
    <>
      <strong>{coupon.title}</strong>
      {coupon.code !== null && <code>{coupon.code}</code>}
      <span class="state">{stateText(coupon, now_ms)}</span>
      {storeText(coupon) !== "" && <span class="state where">{storeText(coupon)}</span>}
    </>
  );
  if (coupon.code === null) return <div class={`ticket-card ${state}`}>{words}</div>;
  return (
    <a class={`ticket-card ${state}`} href={hashOf("coupon", coupon.code)}>
      {words}
    </a>
  );
}

/** "at Tea & Co", where that is known. */
export function storeText({ store }: WalletCoupon): string {
  const name = store === undefined ? undefined : shops.value[store];
  return name === undefined ? "" : say("at", { store: name });
}

/** "until Fri 27 Nov, 14:05", "redeemed ...". */
export function stateText(coupon: WalletCoupon, now_ms: number): string {
  const { expires_ms, redeemed_ms } = coupon;
  switch (stateAt(coupon, now_ms)) {
    case "active":
      return expires_ms === null ? "" : say("until", { when: whenText(expires_ms) });
    case "redeemed":
      return say("redeemed", { when: redeemed_ms === null ? "" : whenText(redeemed_ms) });
    case "expired":
      return say("expired", { when: expires_ms === null ? "" : whenText(expires_ms) });
    case "pending":
      return say("pending");
    case "void":
      return say("void");
  }
}
