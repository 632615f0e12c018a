/** The first screen: what this is, and one tap to play. */

import { useSignal } from "@preact/signals";
import { texts } from "../../i18n";
import { Problem } from "../../net";
import { play } from "../game";
import { Heading } from "../heading";
import { isPractice, PRACTICE_URL } from "../mode";
import { farewell, mayPractise } from "../state";
import { LanguageSwitch } from "./language";

const say = texts({
  title: ["Catch the Cat", "捉猫猫"],
  pitch: [
    "Cats have moved into the shops around here. Walk up, throw a box, get a real coupon.",
    "附近的店里搬进了猫。走过去，扔个纸箱，真的优惠券就是你的。",
  ],
  play: ["Play", "开始玩"],
  wait: ["Opening the door …", "正在开门……"],
  no_network: ["No network. Find some and try again.", "没有网络，找到信号再试。"],
  too_many: [
    "Too many newcomers from here. Try again in a minute.",
    "这里新玩家太多，一分钟后再试。",
  ],
  away: ["The street does not answer. Try again.", "街上没有回音，再试一次。"],
  asked: [
    "It asks for your location, which stays on the server for a day at most, and for the camera, which films nothing but the cat's backdrop.",
    "会请求位置（在服务器上最多保留一天）和相机（只用来做猫的背景，不会录像）。",
  ],
  practise: ["No street at hand? Practise at your desk", "不在街上？坐着练习"],
  practice: [
    "You practise: the page walks for you, as somebody else. What you win is for fun.",
    "练习模式：页面替你走路，用的是另一个玩家。赢到的只是好玩。",
  ],
  expired: [
    "Welcome back! Your last game was too long ago, so you start anew.",
    "欢迎回来！上次玩是很久以前了，这次重新开始。",
  ],
  forgotten: ["You are forgotten. Nice to meet you!", "已经忘记你了。很高兴认识你！"],
});

type Failure = "no_network" | "too_many" | "away";

function failureOf(error: unknown): Failure {
  if (error instanceof Problem) return error.status === 429 ? "too_many" : "away";
  return navigator.onLine ? "away" : "no_network";
}

export function Welcome() {
  const busy = useSignal(false);
  const failure = useSignal<Failure | null>(null);

  async function enter() {
    busy.value = true;
    failure.value = null;
    try {
      await play();
    } catch (error) {
      failure.value = failureOf(error);
    }
    busy.value = false;
  }

  return (
    <main class="welcome">
      <LanguageSwitch />
      <div class="parade" aria-hidden="true">
        {["dumpling", "boba", "parcel"].map((kind) => (
          <img key={kind} src={`/art/${kind}.svg`} alt="" width="150" height="150" />
        ))}
      </div>
      <Heading>{say("title")}</Heading>
      {farewell.value !== null && <p class="note">{say(farewell.value)}</p>}
      <p class="pitch">{say(isPractice ? "practice" : "pitch")}</p>
      <button type="button" class="primary big" onClick={enter} disabled={busy.value}>
        {say(busy.value ? "wait" : "play")}
      </button>
      <p role="alert" class="bad">
        {failure.value !== null && say(failure.value)}
      </p>
      {!isPractice && <p class="small-print">{say("asked")}</p>}
      {!isPractice && mayPractise.value === true && <a href={PRACTICE_URL}>{say("practise")}</a>}
    </main>
  );
}
