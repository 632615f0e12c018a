// @vitest-environment node
import { signal } from "@preact/signals";
import { beforeEach, expect, test, vi } from "vitest";
import { NoAnswer, Problem } from "../net/api";

const ask = vi.fn();
const send = vi.fn();
const session = signal<object | null>({});
vi.mock("./session", () => ({
  session,
  ask: (...asked: unknown[]) => ask(...asked),
  send: (...sent: unknown[]) => send(...sent),
}));

const posting = () => import("./posting");
const keys = () => ask.mock.calls.map(([, , { once }]) => once);

beforeEach(() => {
  ask.mockReset();
  send.mockReset();
  session.value = null;
  session.value = {};
});

test.each([
  ["no answer", new NoAnswer()],
  ["a server that broke", new Problem(502, "unknown", "")],
  ["too many requests", new Problem(429, "too_many_requests", "")],
])("after %s the same is the same request, whatever else was sent between", async (_, error) => {
  const { post } = await posting();
  ask.mockRejectedValue(error);
  for (const title of ["Tea", "Cake", "Tea"])
    await expect(post("/v1/campaigns", { title })).rejects.toBe(error);
  const [tea, cake, again] = keys();
  expect(again).toBe(tea);
  expect(cake).not.toBe(tea);
});

test("what was granted or refused for good is another request the next time", async () => {
  const { post } = await posting();
  ask.mockResolvedValueOnce({});
  await post("/v1/stores", { name: "Tea" });
  ask.mockRejectedValueOnce(new Problem(409, "ref_taken", ""));
  await expect(post("/v1/stores", { name: "Tea" })).rejects.toBeInstanceOf(Problem);
  ask.mockResolvedValueOnce({});
  await post("/v1/stores", { name: "Tea" });
  expect(new Set(keys()).size).toBe(3);
});

test("what somebody else sends is another request, also where an old one is still under way", async () => {
  const { post } = await posting();
  let answer: (made: object) => void = () => undefined;
  ask.mockReturnValueOnce(
    new Promise((then) => {
      answer = then;
    }),
  );
  const first = post("/v1/stores", { name: "Tea" });
  session.value = null;
  session.value = {};
  ask.mockRejectedValue(new NoAnswer());
  await expect(post("/v1/stores", { name: "Tea" })).rejects.toBeInstanceOf(NoAnswer);
  answer({});
  await first;
  await expect(post("/v1/stores", { name: "Tea" })).rejects.toBeInstanceOf(NoAnswer);
  const [theirs, mine, mineAgain] = keys();
  expect(mine).not.toBe(theirs);
  expect(mineAgain).toBe(mine);
});

test("the same file to the same place is the same request until it is answered", async () => {
  const { postFile } = await posting();
  const file = new File(["TEA-1"], "codes.csv", { lastModified: 1 });
  const other = new File(["TEA-1"], "codes.csv", { lastModified: 2 });
  send.mockRejectedValue(new NoAnswer());
  const tried: [string, File][] = [
    ["/v1/campaigns/a/codes", file],
    ["/v1/campaigns/a/codes", file],
    ["/v1/campaigns/a/codes", other],
    ["/v1/campaigns/b/codes", file],
  ];
  for (const [path, each] of tried)
    await expect(postFile(path, each, "text/csv")).rejects.toBeInstanceOf(NoAnswer);
  const [first, again, ...others] = send.mock.calls.map(([, { once }]) => once);
  expect(again).toBe(first);
  expect(new Set([first, ...others]).size).toBe(3);
});
