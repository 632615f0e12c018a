/** The line ended for good, or until the player wants it back. */

import { texts } from "../../i18n";
import { comeBack } from "../game";
import { Heading } from "../heading";
import { hashOf } from "../route";
import { line, me } from "../state";
import { whenText } from "../words";
import { Trouble } from "./trouble";

const say = texts({
  street: ["Street", "街上"],
  replaced: ["You are playing somewhere else", "你正在别处玩"],
  replaced_text: [
    "Another tab or phone opened your game. One of you at a time: the cats get confused.",
    "另一个页面或手机打开了你的游戏。一次只能在一处玩，不然猫会糊涂。",
  ],
  here: ["Play here", "在这里玩"],
  banned: ["This player may not play", "这个玩家不能玩了"],
  banned_text: ["The operator has closed this game to you.", "运营方已停止你的游戏。"],
  banned_until: [
    "The operator has closed this game to you until {when}.",
    "运营方已停止你的游戏，直到 {when}。",
  ],
  wallet: ["To the wallet", "去钱包"],
  bug: ["We do not understand each other", "我们互相听不懂"],
  bug_text: [
    "The page and the server speak different versions. Loading the page again mostly helps.",
    "页面和服务器的版本不一样，重新加载一般就好。",
  ],
  reload: ["Load again", "重新加载"],
});

export function Gone() {
  return (
    <div class="scroll middle">
      <Heading hidden>{say("street")}</Heading>
      <Why />
    </div>
  );
}

function Why() {
  const state = line.value;
  if (state.kind !== "ended") return null;
  if (state.why === "replaced" || state.why === "left")
    return (
      <Trouble scene="lost" title={say("replaced")} text={say("replaced_text")}>
        <button type="button" class="primary" onClick={comeBack}>
          {say("here")}
        </button>
      </Trouble>
    );
  if (state.why === "banned") return <Banned />;
  return (
    <Trouble scene="lost" title={say("bug")} text={say("bug_text")}>
      <button type="button" class="primary" onClick={() => location.reload()}>
        {say("reload")}
      </button>
    </Trouble>
  );
}

function Banned() {
  const until_ms = me.value?.banned_until_ms ?? null;
  return (
    <Trouble
      scene="banned"
      title={say("banned")}
      text={
        until_ms === null ? say("banned_text") : say("banned_until", { when: whenText(until_ms) })
      }
    >
      <a class="button" href={hashOf("wallet")}>
        {say("wallet")}
      </a>
    </Trouble>
  );
}
