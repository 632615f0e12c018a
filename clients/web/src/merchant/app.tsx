/** The console around its views: who is here, the ways to go, and what was just done. */

import { untracked, useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { texts } from "../i18n";
import { CampaignsView } from "./campaigns/view";
import { ImportView } from "./files/view";
import { sayProblem } from "./forms/problems";
import { LiveView } from "./live/view";
import { ReportsView } from "./reports/view";
import { href, route } from "./route";
import { isMerchant, opening, resume, session, signOut } from "./session";
import { QuestionBox } from "./shell/ask";
import { Icon, type IconName } from "./shell/icons";
import { Languages } from "./shell/languages";
import { said } from "./shell/said";
import { SignIn } from "./shell/sign_in";
import { closeShop, readShop, stores, trouble } from "./shop";
import { StoresView } from "./stores/view";
import { TillView } from "./till/view";

const say = texts({
  stores: ["Stores", "门店"],
  campaigns: ["Campaigns", "活动"],
  live: ["Live", "实时"],
  till: ["Till", "收银台"],
  reports: ["Reports", "报表"],
  ways: ["Parts of the console", "后台导航"],
  signOut: ["Sign out", "退出"],
  clerk: ["Till", "收银台"],
  opening: ["Opening …", "正在打开……"],
  again: ["Try again", "重试"],
  page: ["Catch the Cat", "捉猫猫"],
});

const WAYS = ["stores", "campaigns", "live", "till", "reports"] as const satisfies IconName[];
type Way = (typeof WAYS)[number];

const VIEWS: Record<Way | "import", () => ComponentChildren> = {
  stores: () => <StoresView />,
  campaigns: () => <CampaignsView />,
  live: () => <LiveView />,
  till: () => <TillView />,
  reports: () => <ReportsView />,
  import: () => <ImportView />,
};

function wayNow(): keyof typeof VIEWS {
  if (!isMerchant.value) return "till";
  const [first] = route.value;
  return first !== undefined && Object.hasOwn(VIEWS, first) ? (first as Way) : "stores";
}

export function App() {
  useEffect(() => {
    resume().catch(() => undefined);
  }, []);
  useSignalEffect(() => {
    // Reading the shop reads and changes the session: that is no reason to read it again.
    const read = isMerchant.value ? readShop : closeShop;
    untracked(read);
  });
  if (opening.value) return <p class="opening">{say("opening")}</p>;
  if (session.value === null) return <SignIn />;
  return <Console />;
}

function Console() {
  const way = wayNow();
  const shown = useRef(way);
  const main = useRef<HTMLElement>(null);
  const title = way === "import" ? say("stores") : say(way);
  useEffect(() => {
    document.title = `${title} · ${say("page")}`;
    // Who went somewhere else begins there, with a screen reader too.
    if (shown.current !== way) main.current?.focus();
    shown.current = way;
  });
  return (
    <div class={`console at-${way}`}>
      <header class="top">
        <a class="brand" href={href(isMerchant.value ? "stores" : "till")}>
          <img src="/art/parcel.svg" alt="" width={40} height={40} />
          <span>{session.value?.name}</span>
        </a>
        {isMerchant.value && (
          <nav class="ways" aria-label={say("ways")}>
            {WAYS.map((each) => (
              <a
                key={each}
                href={href(each)}
                aria-current={
                  each === way || (each === "stores" && way === "import") ? "page" : undefined
                }
              >
                <Icon name={each} />
                {say(each)}
              </a>
            ))}
          </nav>
        )}
        <div class="who">
          <Languages />
          <button type="button" class="quiet" onClick={signOut}>
            {say("signOut")}
          </button>
        </div>
      </header>
      <main class="view" tabIndex={-1} ref={main} aria-label={title}>
        {trouble.value !== null && way !== "till" ? (
          <div class="faults" role="alert">
            <p>{sayProblem(trouble.value)}</p>
            <button type="button" onClick={readShop}>
              {say("again")}
            </button>
          </div>
        ) : isMerchant.value && stores.value === null && way !== "till" ? (
          <p class="opening">{say("opening")}</p>
        ) : (
          VIEWS[way]()
        )}
      </main>
      <div class={said.value.text ? "said shown" : "said"} role="status">
        {said.value.text}
      </div>
      <QuestionBox />
    </div>
  );
}
