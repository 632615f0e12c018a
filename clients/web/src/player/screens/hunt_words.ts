/** What the camera screen says, from the state of the hunt. */

import { texts } from "../../i18n";
import { ages } from "../ages";
import { refusalText } from "../refusals";
import { staged } from "../stages";
import { fix, type Hunt } from "../state";
import { nameOf } from "../words";

const say = texts({
  locating: ["Finding you …", "正在找你……"],
  aiming: ["Steady …", "稳住……"],
  ready: ["Flick the box at {name}!", "把纸箱甩向{name}！"],
  thrown: ["Got it? …", "捉住了吗……"],
  caught: ["Caught {name}!", "捉到{name}了！"],
});

/** One sentence, for the eyes and for the live region. */
export function huntText({ cat, state, said }: Hunt): string {
  const refusal = said === null ? null : refusalText(said, circumstances());
  switch (state.kind) {
    case "waiting":
    case "stuck":
    case "lost":
      return refusalText(state.refused, circumstances());
    case "ready":
      if (staged.value === null) return say("aiming");
      return refusal ?? say("ready", { name: nameOf(cat.species) });
    case "aiming":
      return refusal ?? say("aiming");
    case "caught":
      return say("caught", { name: nameOf(cat.species) });
    default:
      return say(state.kind);
  }
}

function circumstances() {
  const last = fix.value;
  return {
    fix_age_ms: last === null ? null : ages.of(last.at_ms, Date.now()),
    accuracy_m: last?.accuracy_m ?? null,
  };
}
