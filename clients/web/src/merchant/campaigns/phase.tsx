/** What a campaign is doing, in a word. */

import { texts } from "../../i18n";
import type { Phase } from "./campaign";

const say = texts({
  active: ["running", "进行中"],
  paused: ["paused", "已暂停"],
  ended: ["ended", "已结束"],
  coming: ["not begun", "未开始"],
  over: ["over", "已过期"],
});

const TONE: Record<Phase, string> = {
  active: "good",
  paused: "warn",
  ended: "",
  coming: "warn",
  over: "",
};

export function PhaseBadge({ phase }: { phase: Phase }) {
  return <span class={`badge ${TONE[phase]}`}>{say(phase)}</span>;
}
