// @vitest-environment node
import { expect, test } from "vitest";
import { NoAnswer } from "../net/api";
import { makeAsked } from "./asked";

interface Question {
  ask: () => Promise<string>;
  answer: (words: string) => void;
  fail: (error: unknown) => void;
}

function question(): Question {
  let answer: Question["answer"] = () => undefined;
  let fail: Question["fail"] = () => undefined;
  const answered = new Promise<string>((then, otherwise) => {
    answer = then;
    fail = otherwise;
  });
  return { ask: () => answered, answer, fail };
}

/** The answers to two questions, of which the second was asked before the first had its own. */
function twice(keeps = false) {
  const asked = makeAsked<string>({ keeps });
  const [day, week] = [question(), question()];
  return { asked, day, week, both: Promise.all([asked.ask(day.ask), asked.ask(week.ask)]) };
}

test("an answer that comes late, after another question was asked, shows nothing", async () => {
  const { asked, day, week, both } = twice();
  week.answer("the week");
  day.answer("the day");
  await both;
  expect([asked.answer.value, asked.isOpen.value]).toEqual(["the week", false]);
});

test("nor does one that comes before the one that is waited for", async () => {
  const { asked, day, week, both } = twice();
  day.answer("the day");
  await day.ask();
  expect([asked.answer.value, asked.isOpen.value]).toEqual([null, true]);
  week.answer("the week");
  await both;
  expect(asked.answer.value).toBe("the week");
});

test("a question that went wrong late troubles nobody any more", async () => {
  const { asked, day, week, both } = twice();
  week.answer("the week");
  day.fail(new NoAnswer());
  await both;
  expect([asked.answer.value, asked.trouble.value]).toEqual(["the week", null]);
});

test("what was dropped is not shown, whether answered or failed", async () => {
  const { asked, day, week, both } = twice();
  asked.drop();
  day.answer("the day");
  week.fail(new NoAnswer());
  await both;
  expect([asked.answer.value, asked.trouble.value, asked.isOpen.value]).toEqual([
    null,
    null,
    false,
  ]);
});

test("the last answer is shown while the next is waited for only where that is wanted", async () => {
  for (const keeps of [true, false]) {
    const asked = makeAsked<string>({ keeps });
    await asked.ask(async () => "before");
    const next = question();
    const open = asked.ask(next.ask);
    expect(asked.answer.value).toBe(keeps ? "before" : null);
    const gone = new NoAnswer();
    next.fail(gone);
    await open;
    expect([asked.answer.value, asked.trouble.value]).toEqual([null, gone]);
  }
});

test("a bug is shown as trouble and stays an exception", async () => {
  const asked = makeAsked<string>();
  const bug = new TypeError("undefined is not a function");
  await expect(asked.ask(() => Promise.reject(bug))).rejects.toBe(bug);
  expect(asked.trouble.value).toBe(bug);
});
