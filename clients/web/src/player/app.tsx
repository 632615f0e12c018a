/** The whole page: which screen, and what stands around it. */

import type { ComponentChild } from "preact";
import { useEffect } from "preact/hooks";
import { language, texts } from "../i18n";
import { Banner } from "./banner";
import { isPractice } from "./mode";
import { Nav } from "./nav";
import { route, type ScreenName } from "./route";
import { Album } from "./screens/album";
import { CouponScreen } from "./screens/coupon";
import { Gone } from "./screens/gone";
import { HuntScreen } from "./screens/hunt";
import { Leaders } from "./screens/leaders";
import { NoPractice } from "./screens/no_practice";
import { Settings } from "./screens/settings";
import { Street } from "./screens/street";
import { Wallet } from "./screens/wallet";
import { Welcome } from "./screens/welcome";
import { guest, line, mayPractise } from "./state";
import { Toast } from "./toast";

const say = texts({ title: ["Catch the Cat", "捉猫猫"] });

const SCREENS: Readonly<Record<ScreenName, () => ComponentChild>> = {
  street: () => <Street />,
  hunt: () => <HuntScreen />,
  wallet: () => <Wallet />,
  coupon: () => <CouponScreen />,
  album: () => <Album />,
  leaders: () => <Leaders />,
  settings: () => <Settings />,
};

export function App() {
  useEffect(() => {
    document.title = say("title");
  }, [language.value]);
  if (isPractice && mayPractise.value === false) return <NoPractice />;
  if (guest.value === null) return <Welcome />;
  const { screen } = route.value;
  const { kind } = line.value;
  const is_gone = kind === "ended" && line.value.why !== "not_started";
  const is_street = screen === "street" || screen === "hunt";
  if (screen === "hunt" && !is_gone) return <HuntScreen />;
  return (
    <div class={`app app-${is_street ? "street" : "page"}`}>
      <Banner />
      <main key={screen}>{is_gone && is_street ? <Gone /> : SCREENS[screen]()}</main>
      <Nav />
      <Toast />
    </div>
  );
}
