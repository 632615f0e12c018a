// @vitest-environment node
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { NoAnswer, Problem } from "../../net/api";

beforeAll(() => {
  vi.stubGlobal("navigator", { language: "en" });
  vi.stubGlobal("document", { documentElement: { lang: "" } });
  vi.stubGlobal("window", globalThis);
});

const begin = () => import("./work");
async function heard() {
  return (await import("../shell/said")).said.value.text;
}

beforeEach(async () => {
  (await import("../shell/said")).tell("");
});

const fails = (error: unknown) => async () => {
  throw error;
};

test("what went wrong stands there in words until it is tried again", async () => {
  const { makeWork } = await begin();
  const work = makeWork();
  await work.run(fails(new Problem(409, "ref_taken", "")));
  expect(work.trouble.value).toContain("has that number");
  expect(await heard()).toBe("");
  await work.run(async () => undefined);
  expect(work.trouble.value).toBe("");
});

test("what is being done is not begun again", async () => {
  const { makeWork } = await begin();
  const work = makeWork();
  let done: () => void = () => undefined;
  let begun = 0;
  const doing = () => {
    begun += 1;
    return new Promise<void>((then) => {
      done = then;
    });
  };
  const first = work.run(doing);
  await work.run(doing);
  expect([begun, work.busy.value]).toEqual([1, true]);
  done();
  await first;
  expect(work.busy.value).toBe(false);
});

test("a button beside which there is no room says aloud what went wrong", async () => {
  const { makeWork } = await begin();
  const work = makeWork({ aloud: true });
  await work.run(fails(new NoAnswer()), () => "It did not work.");
  expect([work.trouble.value, await heard()]).toEqual(["", "It did not work."]);
});

test("nobody hears what became of the work of somebody who has signed out", async () => {
  const { makeWork } = await begin();
  const work = makeWork();
  work.close();
  await work.run(fails(new Problem(401, "unauthenticated", "")));
  expect(await heard()).toBe("");
});

test("what went wrong and is shown elsewhere is not said as well", async () => {
  const { makeWork } = await begin();
  const work = makeWork();
  work.close();
  await work.run(fails(new Problem(422, "rejected_lines", "")), () => "");
  expect(await heard()).toBe("");
});
