/** All cats in view, as a list: the map for keyboards and screen readers, and for whoever likes lists. */

import { texts } from "../../i18n";
import { chosen, type NearCat, near, target } from "../state";
import { aboutText, farText, nameOf, windText } from "../words";
import { openCamera } from "./target_card";

const say = texts({
  all: ["All cats in sight ({n})", "视野里的猫（{n}）"],
  far: ["{far} {wind}", "{wind} {far}"],
});

const SHOWN_MOST = 60;

export function CatList() {
  return (
    <details class="cats" open={matchMedia("(min-width: 900px)").matches}>
      <summary>{say("all", { n: near.value.length })}</summary>
      <ul>
        {near.value.slice(0, SHOWN_MOST).map((cat) => (
          <li key={cat.id}>
            <Row cat={cat} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function Row({ cat }: { cat: NearCat }) {
  const far = say("far", { far: farText(cat.distance_m), wind: windText(cat.bearing_deg) });
  return (
    <button
      type="button"
      class={cat.is_in_reach ? "row near" : "row"}
      aria-pressed={target.value?.id === cat.id}
      onClick={() => pick(cat)}
    >
      <img src={`/art/${cat.species}.svg`} alt="" width="36" height="36" />
      <span>{nameOf(cat.species)}</span>
      {cat.reward !== undefined && <span class="ticket" />}
      <span class="far">{far}</span>
      <span class="hidden-text">{aboutText(cat)}</span>
    </button>
  );
}

/** Choose a cat; the camera opens where it is within reach. */
export function pick(cat: NearCat): void {
  chosen.value = cat.id;
  if (cat.is_in_reach) openCamera(cat.id);
}
