/** The till: choose the store once, then scan or type, and see one answer. */

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { texts } from "../../i18n";
import { useWork } from "../forms/work";
import { isMerchant, session } from "../session";
import { confirmed } from "../shell/ask";
import { Icon } from "../shell/icons";
import { tell } from "../shell/said";
import { Answer } from "./answer";
import { Camera } from "./camera";
import { generated } from "./code";
import { busy, lately, look, redeem, standAt, store, takeBack, verdict } from "./till";

const say = texts({
  title: ["Till", "收银台"],
  store: ["This till is at", "收银门店"],
  choose: ["Choose a store …", "请选择门店……"],
  noStores: ["This merchant has no stores yet.", "该商家还没有门店。"],
  code: ["Code", "券码"],
  hint: [
    "Case, spaces and dashes do not matter; O is 0, I and L are 1.",
    "不区分大小写和空格，O 视为 0，I 和 L 视为 1。",
  ],
  redeem: ["Redeem", "核销"],
  look: ["Only look", "仅查看"],
  asking: ["Asking …", "正在查询……"],
  scan: ["Scan with the camera", "扫码核销"],
  next: ["Next", "下一张"],
  scanNext: ["Scan the next one", "扫下一张"],
  lately: ["Redeemed here just now", "刚刚核销"],
  back: ["Take back", "撤销"],
  backSure: ["Take {code} back?", "撤销核销 {code}？"],
  backText: [
    "The coupon is good again. This is possible for 24 hours.",
    "该券将恢复有效。24 小时内可撤销。",
  ],
  reason: ["Why", "原因"],
  isBack: ["{code} is good again.", "{code} 已恢复有效。"],
});

export function TillView() {
  const field = useRef<HTMLInputElement>(null);
  const typed = useSignal("");
  const filming = useSignal(false);
  const scanned = useSignal(false);

  function next(withCamera: boolean) {
    verdict.value = null;
    typed.value = "";
    filming.value = withCamera;
    if (!withCamera) setTimeout(() => field.current?.focus());
  }

  function read(text: string) {
    filming.value = false;
    scanned.value = true;
    redeem(text);
  }

  function type(event: SubmitEvent) {
    event.preventDefault();
    scanned.value = false;
    redeem(typed.value);
  }

  return (
    <div class="till">
      <h1>{say("title")}</h1>
      <WhichStore />
      {busy.value ? (
        <div class="answer asking" role="status">
          <p class="answer-word">{say("asking")}</p>
        </div>
      ) : verdict.value !== null ? (
        <>
          <Answer verdict={verdict.value} />
          <div class="actions">
            {(verdict.value.kind === "good" || verdict.value.kind === "offline") && (
              <button
                type="button"
                class="primary"
                onClick={() => redeem(verdict.value?.code ?? "")}
              >
                {say("redeem")}
              </button>
            )}
            <button type="button" class="primary" onClick={() => next(scanned.value)}>
              {scanned.value ? say("scanNext") : say("next")}
            </button>
            {isMerchant.value && verdict.value.kind === "done" && (
              <TakeBack code={verdict.value.code} />
            )}
          </div>
        </>
      ) : filming.value ? (
        <Camera onCode={read} onStop={() => next(false)} />
      ) : (
        <form class="code-form" onSubmit={type}>
          <button
            type="button"
            class="primary scan"
            disabled={store.value === undefined}
            onClick={() => next(true)}
          >
            <Icon name="till" size={40} />
            {say("scan")}
          </button>
          <div class="field">
            <label for="code">{say("code")}</label>
            <input
              id="code"
              ref={field}
              class={generated(typed.value) ? "code whole" : "code"}
              value={typed.value}
              onInput={(event) => {
                typed.value = event.currentTarget.value;
              }}
              autocomplete="off"
              autocapitalize="characters"
              spellcheck={false}
              enterKeyHint="go"
              maxLength={64}
              aria-describedby="code-hint"
            />
            <p class="hint" id="code-hint">
              {say("hint")}
            </p>
          </div>
          <div class="actions">
            <button
              type="submit"
              class="primary"
              disabled={store.value === undefined || typed.value.trim() === ""}
            >
              {say("redeem")}
            </button>
            <button
              type="button"
              disabled={typed.value.trim() === ""}
              onClick={() => look(typed.value)}
            >
              {say("look")}
            </button>
          </div>
        </form>
      )}
      <Lately />
    </div>
  );
}

function WhichStore() {
  const tills = session.value?.tills ?? [];
  if (tills.length === 0) return <p class="note">{say("noStores")}</p>;
  return (
    <div class="field which-store">
      <label for="till-store">{say("store")}</label>
      <select
        id="till-store"
        value={store.value?.id ?? ""}
        onChange={(event) => standAt(event.currentTarget.value)}
      >
        {store.value === undefined && <option value="">{say("choose")}</option>}
        {tills.map((each) => (
          <option key={each.id} value={each.id} selected={each.id === store.value?.id}>
            {each.name}
          </option>
        ))}
      </select>
    </div>
  );
}

function Lately() {
  if (lately.value.length === 0) return null;
  return (
    <section class="lately" aria-label={say("lately")}>
      <h2>{say("lately")}</h2>
      <ul class="rows">
        {lately.value.map(({ coupon, at_ms }) => (
          <li key={coupon.code} class="row">
            <span>
              <strong>{coupon.title}</strong>
              <span class="soft">
                {new Date(at_ms).toLocaleTimeString([], { timeStyle: "short" })} · {coupon.code}
              </span>
            </span>
            {isMerchant.value && <TakeBack code={coupon.code} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function TakeBack({ code }: { code: string }) {
  const work = useWork({ aloud: true });
  async function back() {
    const reason = await confirmed({
      title: say("backSure", { code }),
      text: say("backText"),
      yes: say("back"),
      reason: say("reason"),
    });
    if (reason === null) return;
    await takeBack(code, reason);
    tell(say("isBack", { code }));
  }
  return (
    <button type="button" onClick={() => work.run(back)}>
      {say("back")}
    </button>
  );
}
