import { useSignalEffect } from "@preact/signals";
import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import "../ui/base.css";
import "./screen.css";
import { language } from "../i18n";
import { pageSettings } from "../net";
import { stage } from "./approach";
import { Leaders, Newest } from "./board";
import { Countdown, left_s } from "./countdown";
import { Feed, type Source } from "./feed";
import type { News, OpenedStore } from "./news";
import { Odometer } from "./odometer";
import {
  ahead_ms,
  event,
  feedState,
  heard_ms,
  latest,
  leaders,
  lit,
  newest,
  now_ms,
  work,
} from "./state";
import { Wall } from "./wall";
import { say } from "./words";

const odometers: Record<Counter, Odometer | null> = { players: null, catches: null, coupons: null };
let wall: Wall | null = null;

/** Less than that is the way of the news, not the clock of the machine. */
const CLOCKS_DIFFER_MS = 400;

type Counter = "players" | "catches" | "coupons";

function heard(news: News, isStart: boolean): void {
  const now = performance.now();
  latest.value = news;
  heard_ms.value = now_ms.value = now;
  const ahead = news.now_ms - Date.now();
  if (Math.abs(ahead - ahead_ms.value) > CLOCKS_DIFFER_MS) ahead_ms.value = ahead;
  if (news.leaders) leaders.value = news.leaders;
  if (news.stores) wall?.place(news.stores);
  if (news.newest) {
    if (!isStart) for (const { lat, lon } of fresh(news.newest)) wall?.welcome(lat, lon);
    newest.value = news.newest;
  }
  wall?.light(news.lights ?? []);
  for (const counter of ["players", "catches", "coupons"] as const)
    odometers[counter]?.running.to(news[counter], now, isStart ? 0 : 1000);
}

function fresh(stores: OpenedStore[]): OpenedStore[] {
  const known = new Set(newest.value.map((store) => store.id));
  return stores.filter((store) => !known.has(store.id));
}

function Count({ counter }: { counter: Counter }) {
  const box = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (box.current) odometers[counter] = new Odometer(box.current);
  }, [counter]);
  const news = latest.value;
  const rate = counter === "players" ? null : (news?.[`${counter}_per_s`] ?? 0);
  return (
    <section class={`count ${counter}`} aria-label={say(counter)}>
      <h2>{say(counter)}</h2>
      <p class="hidden-text">{news?.[counter] ?? 0}</p>
      <span class="odometer" aria-hidden="true" ref={box} />
      {rate !== null && (
        <p class="rate">{rate > 0 ? say("perSecond", { count: rate }) : "\u00a0"}</p>
      )}
    </section>
  );
}

function State() {
  const state = feedState.value;
  const seconds = Math.max(0, Math.round((now_ms.value - heard_ms.value) / 5000) * 5);
  return (
    <p class={`state ${state}`} role="status">
      <i aria-hidden="true" />
      {say(state, { seconds: state === "live" ? 0 : seconds })}
    </p>
  );
}

function Screen() {
  const ground = useRef<HTMLCanvasElement>(null);
  const lights = useRef<HTMLCanvasElement>(null);
  const room = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!ground.current || !lights.current || !room.current) return;
    const made = new Wall(ground.current, lights.current, room.current, (now) => {
      for (const odometer of Object.values(odometers)) odometer?.draw(now);
    });
    wall = made;
    made.begin();
    feed.open();
    return () => {
      feed.close();
      made.end();
    };
  }, []);
  useSignalEffect(() => {
    document.title = `${say("title")}: ${say("live")}`;
  });
  return (
    <main class={feedState.value}>
      <div
        class="map"
        role="img"
        aria-label={say("map", { lit: lit.value })}
        data-frames={work.value.frames}
        data-most-pictures={work.value.most}
      >
        <canvas ref={ground} />
        <canvas ref={lights} />
      </div>
      <header>
        <h1>
          {say("title")} <small>{say("subtitle")}</small>
        </h1>
        <State />
        <button type="button" class="language" onClick={switchLanguage}>
          {say("language")}
        </button>
      </header>
      <Countdown />
      <div class="room" ref={room} />
      <div class="side">
        <Leaders />
        <Newest />
      </div>
      <div class="counts">
        <Count counter="players" />
        <Count counter="catches" />
        <Count counter="coupons" />
      </div>
    </main>
  );
}

function switchLanguage(): void {
  language.value = language.value === "zh" ? "en" : "zh";
}

function keys(pressed: KeyboardEvent): void {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return;
  if (pressed.key === "l") switchLanguage();
  if (pressed.key === "f") void document.documentElement.requestFullscreen().catch(() => {});
}

/** A wall must not go to sleep; where the browser does not help, its owner has to. */
async function stayAwake(): Promise<void> {
  if (document.visibilityState !== "visible") return;
  await navigator.wakeLock?.request("screen").catch(() => {});
}

async function askForEvent(): Promise<void> {
  event.value = (await pageSettings().catch(() => null))?.event ?? event.value;
}

const asked = new URLSearchParams(location.search).get("lang");
if (asked === "zh" || asked === "en") language.value = asked;
addEventListener("keydown", keys);
document.addEventListener("visibilitychange", () => void stayAwake());
/** Once a second, when the server's clock shows the next one. */
function tick(): void {
  now_ms.value = performance.now();
  lit.value = wall?.sky.lit ?? 0;
  work.value = { ...(wall?.work ?? work.value) };
  if (stage(left_s()) === "now") wall?.cheer();
  const past_ms = (Date.now() + ahead_ms.value) % 1000;
  setTimeout(tick, 1000 - past_ms + 5);
}

tick();
const feed = new Feed({
  open: () => new EventSource("/v1/live") as Source,
  heard,
  changed: (state) => {
    feedState.value = state;
    // A server that was started anew may have been told of another event.
    if (state === "live") void askForEvent();
  },
});
void stayAwake();
render(<Screen />, document.getElementById("page") as HTMLElement);
