/** A question before something that cannot be undone, in the browser's own dialog. */

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { texts } from "../../i18n";
import { session } from "../session";

const say = texts({ no: ["No, leave it", "取消"] });

interface Question {
  title: string;
  text: string;
  yes: string;
  /** Asks for a line of text as well, such as a reason. */
  reason?: string;
  answer: (said: string | null) => void;
}

const question = signal<Question | null>(null);

// Nobody is left to answer for whoever has signed out.
session.subscribe((now) => {
  const open = question.peek();
  if (now !== null || open === null) return;
  question.value = null;
  open.answer(null);
});

/** Ask, and wait: the reason (or an empty line) for yes, null for no. */
export function confirmed(asked: Omit<Question, "answer">): Promise<string | null> {
  return new Promise((answer) => {
    question.value = { ...asked, answer };
  });
}

export function QuestionBox() {
  const box = useRef<HTMLDialogElement>(null);
  const now = question.value;
  useEffect(() => {
    if (now && !box.current?.open) box.current?.showModal();
  }, [now]);
  if (now === null) return null;
  const end = (said: string | null) => {
    box.current?.close();
    question.value = null;
    now.answer(said);
  };
  return (
    <dialog ref={box} class="question" aria-labelledby="question-title" onCancel={() => end(null)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          end(String(new FormData(event.currentTarget).get("reason") ?? ""));
        }}
      >
        <h2 id="question-title">{now.title}</h2>
        <p>{now.text}</p>
        {now.reason && (
          <label class="field">
            {now.reason}
            <input name="reason" type="text" required maxLength={500} autocomplete="off" />
          </label>
        )}
        <div class="actions">
          <button type="submit" class="primary">
            {now.yes}
          </button>
          <button type="button" onClick={() => end(null)}>
            {say("no")}
          </button>
        </div>
      </form>
    </dialog>
  );
}
