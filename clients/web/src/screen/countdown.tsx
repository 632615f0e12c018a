/** The time until the event: a note at first, the whole wall in the end. */

import { language } from "../i18n";
import { clockFace, DAY_S, stage } from "./approach";
import { ahead_ms, event, now_ms } from "./state";
import { say } from "./words";

/** Whole seconds until the event by the server's clock; null where there is none. */
export function left_s(): number | null {
  now_ms.value; // ask again every second
  if (event.value === null) return null;
  return Math.ceil((event.value.at_ms - Date.now() - ahead_ms.value) / 1000);
}

export function Countdown() {
  const left = left_s();
  const now = stage(left);
  if (left === null || now === "none") return null;
  const name = event.value?.name ?? "";
  return (
    <section class={`countdown ${now}`} aria-label={name} lang={language.value}>
      <p class="event">{name}</p>
      {left > 0 ? (
        <p class="left" role="timer">
          {left > DAY_S && <span>{say("days", { count: Math.floor(left / DAY_S) })} </span>}
          <b key={now === "minute" ? left : "still"}>
            {now === "minute" ? left : clockFace(left % DAY_S)}
          </b>
        </p>
      ) : (
        <p class="left" role="status">
          <b>{say("now")}</b>
        </p>
      )}
    </section>
  );
}
