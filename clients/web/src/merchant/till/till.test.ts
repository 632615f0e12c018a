// @vitest-environment node
import { signal } from "@preact/signals";
import { beforeEach, expect, test, vi } from "vitest";
import { NoAnswer, Problem } from "../../net/api";
import type { Verdict } from "./verdict";

const TILLS = { key: "cat_1", tills: [{ id: "sto_1", name: "Tea" }] };
const ask = vi.fn();
const session = signal<object | null>(TILLS);
vi.mock("../session", () => ({
  session,
  ask: (...asked: unknown[]) => ask(...asked),
}));

const till = () => import("./till");
const coupon = (code: string) => ({ code, title: "Tea", state: "redeemed" });
const kindOf = (verdict: { value: Verdict | null }) => verdict.value?.kind;
/** An answer that comes when a test says so. */
function later() {
  let answer: (coupon: unknown) => void = () => undefined;
  ask.mockReturnValueOnce(
    new Promise((then) => {
      answer = then;
    }),
  );
  return (coupon: unknown) => answer(coupon);
}
const onces = () => ask.mock.calls.map(([, , options]) => options.once);

beforeEach(() => {
  ask.mockReset();
  session.value = null;
  session.value = { ...TILLS };
});

test.each([
  ["no answer", new NoAnswer()],
  ["a broken one", new Problem(502, "unknown", "")],
])("after %s the same code is the same request, whatever came between", async (_, error) => {
  const { redeem, verdict } = await till();
  ask.mockRejectedValueOnce(error);
  await redeem("TEA-1");
  expect(kindOf(verdict)).toBe("offline");
  verdict.value = null;
  ask.mockResolvedValueOnce(coupon("TEA-2"));
  await redeem("TEA-2");
  ask.mockResolvedValue(coupon("TEA-1"));
  await redeem("TEA-1");
  expect(kindOf(verdict)).toBe("done");
  await redeem("TEA-1");
  const [first, other, again, later] = onces();
  expect(again).toBe(first);
  expect(new Set([first, other, later]).size).toBe(3);
});

test("an answer is the clerk's also where the stores were read anew meanwhile", async () => {
  const { redeem, verdict } = await till();
  const answer = later();
  const asked = redeem("TEA-1");
  session.value = { ...TILLS };
  answer(coupon("TEA-1"));
  await asked;
  expect(kindOf(verdict)).toBe("done");
});

test("a code that is scanned again while it is being redeemed is sent once", async () => {
  const { redeem } = await till();
  const answer = later();
  const asked = redeem("TEA-1");
  await redeem("TEA-1");
  answer(coupon("TEA-1"));
  await asked;
  expect(ask).toHaveBeenCalledTimes(1);
});

test("who signs out leaves nothing behind, not even an answer that is still to come", async () => {
  const { redeem, verdict, lately } = await till();
  ask.mockResolvedValueOnce(coupon("TEA-1"));
  await redeem("TEA-1");
  expect(lately.value).toHaveLength(1);
  const answer = later();
  const asked = redeem("TEA-2");
  session.value = null;
  expect([verdict.value, lately.value]).toEqual([null, []]);
  answer(coupon("TEA-2"));
  await asked;
  expect([verdict.value, lately.value]).toEqual([null, []]);
});
