/** The door: a key, and what is wrong with it. */

import { useSignal } from "@preact/signals";
import { texts } from "../../i18n";
import { Problem } from "../../net/api";
import { sayProblem } from "../forms/problems";
import { useWork } from "../forms/work";
import { signIn } from "../session";
import { Languages } from "./languages";

const say = texts({
  title: ["Catch the Cat", "捉猫猫"],
  about: [
    "For merchants and their tills. Put cats at your stores, and see who comes.",
    "商家后台与收银台：在门店放猫，看客人上门。",
  ],
  key: ["Key", "密钥"],
  hint: [
    "It begins with cat_. A clerk's key opens the till only. It is kept in this tab until you close it.",
    "以 cat_ 开头。店员密钥只能打开收银台。密钥只保存在这个标签页，关闭即清除。",
  ],
  show: ["Show the key", "显示密钥"],
  signIn: ["Sign in", "登录"],
  wrong: [
    "This key opens nothing here. Look whether all of it was copied.",
    "密钥无效，请检查是否复制完整。",
  ],
  other: ["This key is for something else than a store.", "这个密钥不是商家或店员的。"],
});

export function SignIn() {
  const { busy, trouble: wrong, run } = useWork();
  const shown = useSignal(false);

  function submit(event: SubmitEvent) {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const field = form.elements.namedItem("key") as HTMLInputElement;
    run(
      () => signIn(field.value.trim()),
      (error) => {
        field.focus();
        const status = error instanceof Problem ? error.status : 0;
        return status === 401 ? say("wrong") : status === 403 ? say("other") : sayProblem(error);
      },
    );
  }

  const wired = {
    id: "key",
    name: "key",
    autocomplete: "current-password",
    "aria-describedby": "key-hint key-error",
    "aria-invalid": wrong.value !== "",
    spellcheck: false,
  } as const;
  return (
    <main class="door">
      <div class="door-cats" aria-hidden="true">
        {["dumpling", "parcel", "boba"].map((cat) => (
          <img key={cat} src={`/art/${cat}.svg`} alt="" width={96} height={96} />
        ))}
      </div>
      <form class="card" onSubmit={submit} noValidate>
        <h1>{say("title")}</h1>
        <p>{say("about")}</p>
        <div class={wrong.value ? "field wrong" : "field"}>
          <label for="key">{say("key")}</label>
          {shown.value ? <input {...wired} type="text" /> : <input {...wired} type="password" />}
          <p class="error" id="key-error" role="alert">
            {wrong.value}
          </p>
          <p class="hint" id="key-hint">
            {say("hint")}
          </p>
        </div>
        <label class="check">
          <input
            type="checkbox"
            onChange={(event) => (shown.value = event.currentTarget.checked)}
          />
          {say("show")}
        </label>
        <button type="submit" class="primary wide" disabled={busy.value}>
          {say("signIn")}
        </button>
      </form>
      <Languages />
    </main>
  );
}
