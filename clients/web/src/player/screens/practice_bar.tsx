/** What moves the walker of the practice mode. */

import { texts } from "../../i18n";
import { PLAY_URL } from "../mode";
import { isWalking, sentTo } from "../practice";

const say = texts({
  walk: ["Walk for me", "替我走"],
  stop: ["Stop walking", "停下"],
  how: ["or use the arrow keys, or click on the map", "也可以用方向键，或点地图"],
  end: ["End practice", "结束练习"],
});

export function PracticeBar() {
  function toggle() {
    sentTo.value = null;
    isWalking.value = !isWalking.value;
  }
  return (
    <div class="practice-bar">
      <button type="button" class="small" aria-pressed={isWalking.value} onClick={toggle}>
        {say(isWalking.value ? "stop" : "walk")}
      </button>
      <span>{say("how")}</span>
      <a href={PLAY_URL}>{say("end")}</a>
    </div>
  );
}
