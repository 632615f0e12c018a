/** The place is not known: why, and what can be done. */

import { texts } from "../../i18n";
import { findMe } from "../game";
import { isPractice, PRACTICE_URL } from "../mode";
import { mayPractise, type PlaceTrouble } from "../state";
import { Trouble } from "./trouble";

const say = texts({
  denied: ["May we know where you are?", "可以知道你在哪里吗？"],
  denied_text: [
    "The browser was told no. Allow the location for this page in its settings (the lock beside the address), and the cats appear.",
    "浏览器已拒绝。请在浏览器设置里（地址栏旁的小锁）允许本页使用位置，猫就会出现。",
  ],
  unavailable: ["No location here", "这里收不到位置"],
  unavailable_text: [
    "The device can't say where it is. Switch its location on, or step out from under the roof.",
    "设备不知道自己在哪里。请打开定位，或走到开阔的地方。",
  ],
  timeout: ["Still looking for you", "还在找你"],
  timeout_text: [
    "The satellites take their time. Open sky helps; we go on looking meanwhile.",
    "卫星需要一点时间。到开阔的地方会快些，我们会一直找。",
  ],
  unsupported: ["No location in this browser", "这个浏览器没有定位"],
  unsupported_text: [
    "Browsers give it to pages of https: only. Open the game there, or on a phone.",
    "浏览器只把位置交给 https: 的页面。请用那个地址，或用手机打开。",
  ],
  again: ["Try again", "再试一次"],
  practise: ["Practise instead", "先练习"],
});

export function PlaceTroubleCard({ trouble }: { trouble: PlaceTrouble }) {
  return (
    <div role="alert">
      <Trouble scene="no-location" title={say(trouble)} text={say(`${trouble}_text`)}>
        {trouble !== "unsupported" && (
          <button type="button" class="primary" onClick={findMe}>
            {say("again")}
          </button>
        )}
        {mayPractise.value === true && !isPractice && (
          <a class="button" href={PRACTICE_URL}>
            {say("practise")}
          </a>
        )}
      </Trouble>
    </div>
  );
}
