/** Somebody has the address of the practice mode where it is not offered. */

import { texts } from "../../i18n";
import { Heading } from "../heading";
import { PLAY_URL } from "../mode";
import { Trouble } from "./trouble";

const say = texts({
  title: ["Catch the Cat", "捉猫猫"],
  none: ["No practice here", "这里不能练习"],
  text: ["On this server you play on your own two feet.", "在这个服务器上，要靠自己的双脚。"],
  on: ["Play for real", "去真的玩"],
});

export function NoPractice() {
  return (
    <main class="welcome">
      <Heading hidden>{say("title")}</Heading>
      <Trouble scene="lost" title={say("none")} text={say("text")}>
        <a class="button primary" href={PLAY_URL}>
          {say("on")}
        </a>
      </Trouble>
    </main>
  );
}
