/** What is wrong with the line, and when it is tried again. */

import { language, texts } from "../i18n";
import { clockText, secondsLeft, useNowMs } from "./countdown";
import { comeBack } from "./game";
import { isPractice } from "./mode";
import { line } from "./state";

const say = texts({
  offline: ["No network.", "没有网络。"],
  broken: ["The street does not answer.", "街上没有回音。"],
  restarting: ["The street is being swept. Back in a moment.", "街道正在打扫，马上回来。"],
  overloaded: ["So many people! The street is full for a moment.", "人太多啦！街上暂时挤满了。"],
  slow: ["The line was too slow and was cut.", "线路太慢，断开了。"],
  again: ["Trying again in {wait} …", "{wait}后再试……"],
  now: ["Try now", "现在就试"],
  connecting: ["Knocking …", "正在敲门……"],
  practice: ["Practice: a made-up walk", "练习模式：虚拟散步"],
});

export function Banner() {
  const state = line.value;
  language.value; // the words below change with it
  return (
    <div class="banners">
      {isPractice && <p class="banner practice">{say("practice")}</p>}
      <div role="status">
        {state.kind === "waiting" && <Waiting until_ms={state.until_ms} text={why(state.why)} />}
        {state.kind === "connecting" && <p class="banner quiet">{say("connecting")}</p>}
      </div>
    </div>
  );
}

function why(reason: string): string {
  if (!navigator.onLine) return say("offline");
  if (reason === "restarting" || reason === "overloaded" || reason === "broken") return say(reason);
  return say("slow");
}

function Waiting({ until_ms, text }: { until_ms: number; text: string }) {
  const left = secondsLeft(until_ms, useNowMs());
  return (
    <p class="banner">
      {text} {/* the seconds are for the eyes: read out, they would never end */}
      <span aria-hidden="true">{say("again", { wait: clockText(left) })}</span>
      <button type="button" class="small" onClick={comeBack}>
        {say("now")}
      </button>
    </p>
  );
}
