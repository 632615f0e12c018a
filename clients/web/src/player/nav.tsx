/** The four places of the page, within the thumb's reach. */

import type { ComponentChild } from "preact";
import { texts } from "../i18n";
import { stateAt } from "./coupons";
import { AlbumIcon, CupIcon, GearIcon, PawIcon, TicketIcon } from "./icons";
import { hashOf, route, type ScreenName } from "./route";
import { useServerNowMs } from "./server_now";
import { coupons } from "./wallet";

const say = texts({
  nav: ["Screens", "页面"],
  street: ["Street", "街上"],
  wallet: ["Wallet", "钱包"],
  album: ["Album", "图鉴"],
  leaders: ["Best", "排行"],
  settings: ["Settings", "设置"],
});

const TABS: readonly (readonly [ScreenName & Parameters<typeof say>[0], () => ComponentChild])[] = [
  ["street", PawIcon],
  ["wallet", TicketIcon],
  ["album", AlbumIcon],
  ["leaders", CupIcon],
  ["settings", GearIcon],
];

export function Nav() {
  const now_ms = useServerNowMs();
  const current = route.value.screen === "coupon" ? "wallet" : route.value.screen;
  const usable = coupons.value.filter((coupon) => stateAt(coupon, now_ms) === "active").length;
  return (
    <nav class="tabs" aria-label={say("nav")}>
      {TABS.map(([screen, Icon]) => (
        <a
          key={screen}
          href={hashOf(screen)}
          aria-current={current === screen ? "page" : undefined}
        >
          <Icon />
          <span>{say(screen)}</span>
          {screen === "wallet" && usable > 0 && <b class="badge">{usable}</b>}
        </a>
      ))}
    </nav>
  );
}
