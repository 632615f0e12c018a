/** The time until the event: a note at first, the whole wall in the end. */

import { language } from "../i18n";
import { ahead_ms, event, now_ms } from "./state";
import { say } from "./words";

const DAY_S = 86_400;
/** How long an event that has begun is celebrated, and then still mentioned. */
export const CHEER_S = 45;
const MENTIONED_S = 3_600;

export type Stage = "none" | "far" | "day" | "hour" | "minute" | "now" | "on";

/** How near the event is, by the seconds until it. */
export function stage(left_s: number | null): Stage {
  if (left_s === null || left_s <= -MENTIONED_S) return "none";
  if (left_s <= -CHEER_S) return "on";
  if (left_s <= 0) return "now";
  if (left_s <= 60) return "minute";
  if (left_s <= 3_600) return "hour";
  return left_s <= DAY_S ? "day" : "far";
}

/** Whole seconds until the event by the server's clock; null where there is none. */
export function left_s(): number | null {
  now_ms.value; // ask again every second
  if (event.value === null) return null;
  return Math.ceil((event.value.at_ms - Date.now() - ahead_ms.value) / 1000);
}

export function clockFace(seconds: number): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  const end = `${two(minutes % 60)}:${two(seconds % 60)}`;
  return seconds >= 3_600 ? `${two(Math.floor(minutes / 60))}:${end}` : end;
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
