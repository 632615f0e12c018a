/** One cat: how far, which way, and the button that opens the camera. */

import { texts } from "../../i18n";
import { startCompass } from "../compass";
import { byDistance, turn } from "../ground";
import { raise } from "../hunting";
import { ArrowIcon } from "../icons";
import { go } from "../route";
import { compass, fix, type NearCat, placeTrouble, stores } from "../state";
import { farText, nameOf, windText } from "../words";

const say = texts({
  finding: ["Finding you …", "正在找你……"],
  finding_text: ["Step out from under the roof if it takes long.", "如果太久，走到室外试试。"],
  none: ["No cats in sight", "附近没有猫"],
  none_store: ["Some live at {store}: {far} to the {wind}.", "{store} 有猫：往{wind}走 {far}。"],
  none_text: ["All asleep. New ones come by themselves.", "都睡了，新的自己会来。"],
  at: ["{far} to the {wind}, at {store}", "{store}，往{wind} {far}"],
  here: ["Right here, at {store}", "就在这里，{store}"],
  reward: ["Carries: {title}", "带着：{title}"],
  catch: ["Catch {name}", "捉{name}"],
  closer: ["{far} closer", "再走近 {far}"],
  vague: ["Your location is vague (±{m} m).", "你的位置比较模糊（±{m} 米）。"],
  weak: ["The location is lost at the moment.", "暂时收不到位置。"],
});

const HERE_M = 4;

/** Raise the phone at a cat; from a tap, for a phone may have to ask the person for its compass. */
export function openCamera(cat: string): void {
  void startCompass();
  raise(cat);
  go("hunt", cat);
}

export function TargetCard({ cat }: { cat: NearCat | null }) {
  if (fix.value === null) return <Words title={say("finding")} text={say("finding_text")} />;
  if (cat === null) return <NoCats />;
  return (
    <section class="target">
      <Arrow bearing_deg={cat.bearing_deg} />
      <div class="words">
        <h2>{nameOf(cat.species)}</h2>
        <p>{whereText(cat)}</p>
        {cat.reward !== undefined && <p class="reward">{say("reward", cat.reward)}</p>}
        {fix.value.accuracy_m > 60 && (
          <p class="hint">{say("vague", { m: Math.round(fix.value.accuracy_m) })}</p>
        )}
        {placeTrouble.value !== null && <p class="hint">{say("weak")}</p>}
      </div>
      <img class="portrait" src={`/art/${cat.species}.svg`} alt="" width="72" height="72" />
      <button
        type="button"
        class={cat.is_in_reach ? "primary big" : "big"}
        disabled={!cat.is_in_reach}
        onClick={() => openCamera(cat.id)}
      >
        {cat.is_in_reach
          ? say("catch", { name: nameOf(cat.species) })
          : say("closer", { far: farText(cat.distance_m - cat.reach_m) })}
      </button>
    </section>
  );
}

function whereText({ distance_m, bearing_deg, store }: NearCat): string {
  if (distance_m < HERE_M) return say("here", { store: store.name });
  return say("at", {
    far: farText(distance_m),
    wind: windText(bearing_deg),
    store: store.name,
  });
}

/** Turns with the phone; without a compass the map's north is up. */
function Arrow({ bearing_deg }: { bearing_deg: number }) {
  const right_deg = turn(compass.value?.heading_deg ?? 0, bearing_deg);
  return (
    <div class="arrow" style={{ transform: `rotate(${right_deg}deg)` }}>
      <ArrowIcon />
    </div>
  );
}

function NoCats() {
  const here = fix.value;
  const store = here === null ? undefined : byDistance(here, stores.value)[0];
  const text =
    store === undefined
      ? say("none_text")
      : say("none_store", {
          store: store.name,
          far: farText(store.distance_m),
          wind: windText(store.bearing_deg),
        });
  return <Words title={say("none")} text={text} />;
}

function Words({ title, text }: { title: string; text: string }) {
  return (
    <section class="target plain" aria-live="polite">
      <div class="words">
        <h2>{title}</h2>
        <p>{text}</p>
      </div>
    </section>
  );
}
