/** The camera: the cat stands where it is in the world, and a box is flicked at it. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { texts } from "../../i18n";
import { Banner } from "../banner";
import { clockText, secondsLeft, useNowMs } from "../countdown";
import { Heading } from "../heading";
import { lower } from "../hunting";
import { BackIcon } from "../icons";
import { go } from "../route";
import { type Hunt, hunt } from "../state";
import { farText, nameOf } from "../words";
import { CaughtCard } from "./caught_card";
import { huntText } from "./hunt_words";
import { Ring } from "./ring";
import { Viewfinder } from "./viewfinder";

const say = texts({
  back: ["Back to the street", "回到街上"],
  title: ["{name}, {far}", "{name}，{far}"],
  wait: ["again in {wait}", "{wait}后再来"],
  other: ["Find another cat", "去找别的猫"],
});

export function HuntScreen() {
  const now = hunt.value;
  const isOver = useSignal(false);
  useEffect(() => lower, []);
  useEffect(() => {
    // The camera's address was opened by itself, or the game ended: there is no cat here.
    if (now === null) location.replace("#street");
  }, [now === null]);
  if (now === null) return null;
  const { state } = now;
  return (
    <main class={`hunt hunt-${state.kind}`}>
      <header>
        <button type="button" class="round" aria-label={say("back")} onClick={() => go("street")}>
          <BackIcon />
        </button>
        <Heading>
          {say("title", { name: nameOf(now.cat.species), far: farText(now.distance_m) })}
        </Heading>
        <Ring hunt={now} />
      </header>
      <Viewfinder
        celebrated={() => {
          isOver.value = true;
        }}
      />
      <div class="tells">
        <Banner />
        {(state.kind !== "caught" || !isOver.value) && <Says now={now} />}
      </div>
      {state.kind === "caught" && isOver.value && <CaughtCard caught={state.caught} />}
    </main>
  );
}

function Says({ now }: { now: Hunt }) {
  const { state } = now;
  return (
    <div class="says">
      <p role="status">{huntText(now)}</p>
      {state.kind === "waiting" && <Wait until_ms={state.until_ms} />}
      {(state.kind === "lost" || state.kind === "stuck") && (
        <button type="button" onClick={() => go("street")}>
          {say("other")}
        </button>
      )}
    </div>
  );
}

function Wait({ until_ms }: { until_ms: number }) {
  const left = secondsLeft(until_ms, useNowMs());
  return (
    <p class="wait" aria-hidden="true">
      {say("wait", { wait: clockText(left) })}
    </p>
  );
}
