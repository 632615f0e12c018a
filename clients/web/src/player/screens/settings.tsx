/** Language, sound, practice, and being forgotten. */

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { texts } from "../../i18n";
import { NoAnswer, Problem } from "../../net";
import { mute, muted } from "../../sound";
import { forgetMe } from "../guest";
import { Heading } from "../heading";
import { isPractice, PLAY_URL, PRACTICE_URL } from "../mode";
import { nickname } from "../nickname";
import { guest, mayPractise } from "../state";
import { LanguageSwitch } from "./language";

const say = texts({
  title: ["Settings", "设置"],
  you: ["On the leaderboard you are {name}.", "排行榜上你叫 {name}。"],
  sound: ["Sounds", "声音"],
  practice: ["Practice", "练习"],
  practice_text: [
    "Play at a desk, with a made-up walk, as somebody else.",
    "坐着玩：虚拟散步，用另一个玩家。",
  ],
  practise: ["Practise", "去练习"],
  end: ["End practice", "结束练习"],
  forget: ["Forget me", "忘记我"],
  forget_text: [
    "Takes you, your coupons and your points off the server, for good.",
    "把你、你的券和分数从服务器上永远删除。",
  ],
  sure: ["Really? Coupons that you have not spent are lost.", "确定吗？没用掉的券就没有了。"],
  yes: ["Yes, forget me", "是的，忘记我"],
  no: ["No, keep me", "不，留下我"],
  failed: [
    "No answer from the server: nothing was deleted. Try again.",
    "服务器没有回音，什么都没删。再试一次。",
  ],
});

export function Settings() {
  return (
    <div class="scroll settings">
      <Heading>{say("title")}</Heading>
      <LanguageSwitch />
      {guest.value !== null && <p>{say("you", { name: nickname(guest.value.player) })}</p>}
      <label class="toggle">
        <input
          type="checkbox"
          checked={!muted.value}
          onChange={(event) => mute(!event.currentTarget.checked)}
        />
        {say("sound")}
      </label>
      {(isPractice || mayPractise.value === true) && (
        <section>
          <h2>{say("practice")}</h2>
          <p>{say("practice_text")}</p>
          <a class="button" href={isPractice ? PLAY_URL : PRACTICE_URL}>
            {say(isPractice ? "end" : "practise")}
          </a>
        </section>
      )}
      <Forget />
    </div>
  );
}

function Forget() {
  const dialog = useRef<HTMLDialogElement>(null);
  const hasFailed = useSignal(false);

  async function forget() {
    hasFailed.value = false;
    try {
      await forgetMe();
    } catch (error) {
      if (!(error instanceof Problem || error instanceof NoAnswer)) throw error;
      hasFailed.value = true;
    }
  }

  return (
    <section>
      <h2>{say("forget")}</h2>
      <p>{say("forget_text")}</p>
      <button type="button" onClick={() => dialog.current?.showModal()}>
        {say("forget")} …
      </button>
      <dialog ref={dialog} aria-labelledby="forget-sure">
        <h2 id="forget-sure">{say("sure")}</h2>
        <p role="alert" class="bad">
          {hasFailed.value && say("failed")}
        </p>
        <div class="ways">
          <button type="button" onClick={() => dialog.current?.close()}>
            {say("no")}
          </button>
          <button type="button" class="primary" onClick={forget}>
            {say("yes")}
          </button>
        </div>
      </dialog>
    </section>
  );
}
