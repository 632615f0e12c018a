/** A visit: the line to the server, the player's place, and what both say. */

import { effect, untracked } from "@preact/signals";
import { Mine, NoAnswer, PlayLine, Problem, playUrl } from "../net";
import { ages } from "./ages";
import { askMe, askStreet, countCatch, openBooks } from "./books";
import { startCompass } from "./compass";
import { leave, remember, signUp } from "./guest";
import { throwKeep } from "./keep";
import { forgetLeft, mindTheDay } from "./left";
import { isPractice } from "./mode";
import { geolocated, onPermission, type PlaceSource } from "./place";
import { practising } from "./practice";
import { cats, chosen, fix, guest, hunt, line, me, near, placeTrouble, rules } from "./state";
import * as wallet from "./wallet";

const FRESH_EVERY_MS = 2_000;
const OLD_MS = 6_000;
const BOOKED_MS = 5_000;

let played: PlayLine | null = null;
let place: PlaceSource | null = null;

/** Open the page: with the guest of the last visit, or for somebody new. */
export function begin(): void {
  remember();
  openBooks();
  void askStreet();
  addEventListener("online", () => {
    played?.network(true);
    void askStreet();
  });
  addEventListener("offline", () => played?.network(false));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    played?.network(true);
    void place?.fresh();
  });
  void onPermission((isGranted) => {
    if (isGranted) findMe();
  });
  setInterval(() => {
    mindTheDay(new Date());
    keepFresh();
  }, FRESH_EVERY_MS);
  effect(() => {
    const player = guest.value;
    untracked(() => (player === null ? stop() : start(player.token, player.player)));
  });
  effect(() => {
    // The chosen cat went home.
    if (chosen.value !== null && !near.value.some(({ id }) => id === chosen.value))
      chosen.value = null;
  });
}

/** The one tap. Throws `Problem` and `NoAnswer`. */
export async function play(): Promise<void> {
  await Promise.all([startCompass(), signUp()]);
}

/** The line, while somebody plays. */
export function theLine(): PlayLine | null {
  return played;
}

/** Come back now: after another device took over, or instead of waiting. */
export function comeBack(): void {
  played?.open();
}

/** Look for the place anew, after trouble. */
export function findMe(): void {
  placeTrouble.value = null;
  place?.stop();
  const told = {
    fix(now: NonNullable<typeof fix.value>) {
      placeTrouble.value = null;
      ages.hear(now.at_ms, Date.now());
      fix.value = now;
      played?.fix(now);
    },
    trouble(trouble: NonNullable<typeof placeTrouble.value>) {
      placeTrouble.value = trouble;
    },
  };
  place = isPractice ? practising(told) : geolocated(told);
}

/** A position of now, as far as there is one. */
export async function freshPlace(): Promise<void> {
  await place?.fresh();
}

function start(token: string, player: string): void {
  stop();
  openBooks();
  wallet.openCopy(player);
  void wallet.refresh();
  void askMe();
  played = open(token);
  findMe();
}

function stop(): void {
  played?.close();
  played = null;
  place?.stop();
  place = null;
  fix.value = null;
  hunt.value = null;
  cats.value = new Map();
  forgetLeft();
}

function open(token: string): PlayLine {
  const url = playUrl(location.origin);
  const it = new PlayLine({ url, token, client: "web/1", keep: throwKeep });
  it.on("state", (state) => {
    line.value = state;
    if (state.kind === "ended" && state.why === "token") leave("expired");
    if (state.kind === "ended" && state.why === "banned") void banned(token);
  });
  it.on("welcome", (welcome) => {
    rules.value = welcome.rules;
    void wallet.refresh(); // what happened while the line was away
    void askMe();
    void askStreet(); // where the page was opened without a network
  });
  it.on("view", (view) => {
    cats.value = view;
  });
  it.on("caught", (caught) => {
    countCatch(caught);
    const { attempt, cat, coupon } = caught;
    if (coupon !== null) {
      wallet.heard(attempt, coupon);
      // A throw of before a reload, or of a camera that was left: nobody looks at its cat any more.
      if (hunt.value?.cat.id !== cat) wallet.tell(attempt, coupon);
    }
    setTimeout(() => void wallet.refresh(), BOOKED_MS);
  });
  it.on("coupon", (message) => {
    wallet.heardChange(message);
    void wallet.refresh();
  });
  it.open();
  return it;
}

/** Banned, or forgotten on another device: the token says which, for it opens nothing then. */
async function banned(token: string): Promise<void> {
  try {
    me.value = await new Mine(token).me();
  } catch (error) {
    if (error instanceof Problem && error.status === 401) leave("forgotten");
    else if (!(error instanceof Problem || error instanceof NoAnswer)) throw error;
  }
}

/** A receiver that stands still may say nothing; the server wants to hear of it all the same. */
function keepFresh(): void {
  const last = fix.value;
  if (isPractice || last === null || document.visibilityState !== "visible") return;
  if (placeTrouble.value === null && ages.of(last.at_ms, Date.now()) > OLD_MS) void place?.fresh();
}
