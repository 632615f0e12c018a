import { expect, test } from "vitest";
import { type Call, caller, NoAnswer, Problem, pages } from "./api";
import type { Clock } from "./clock";
import { Mine, signUp } from "./players";

/** Waits take no time, and are written down. */
class Hasty implements Clock {
  readonly waits_ms: number[] = [];

  now_ms(): number {
    return 0;
  }

  after(delay_ms: number, then: () => void): () => void {
    if (delay_ms === 15_000) return () => {}; // the call's own time, which is not over
    this.waits_ms.push(delay_ms);
    queueMicrotask(then);
    return () => {};
  }
}

interface Asked {
  url: string;
  method: string | undefined;
  headers: Record<string, string>;
  body: unknown;
}

/** A server that gives these answers, one after another; an `Error` is none. */
function server(...answers: (Response | Error)[]) {
  const asked: Asked[] = [];
  const clock = new Hasty();
  const via = caller({
    origin: "https://cats.example",
    clock,
    chance: () => 0.5,
    fetch: async (url, init) => {
      const { method, headers, body } = init ?? {};
      asked.push({ url: String(url), method, headers: headers as Record<string, string>, body });
      const answer = answers.shift();
      if (answer === undefined) throw new Error("asked too often");
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  return { via, asked, clock };
}

function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  const more = { type: `/docs#problem-${code}`, status, code, title: "No.", detail: "Not so." };
  return Response.json(more, { status, headers });
}

const LOST = new TypeError("fetch failed");

test("a call has its key, body and query", async () => {
  const { via, asked } = server(Response.json({ id: "sto_1" }, { status: 201 }));
  const query = { near: "1,2 & 3", none: undefined };
  const made = await via("POST", "/v1/stores", { key: "k", body: { name: "喵" }, query });
  expect(made).toEqual({ id: "sto_1" });
  expect(asked).toEqual([
    {
      url: "https://cats.example/v1/stores?near=1%2C2+%26+3",
      method: "POST",
      headers: { Authorization: "Bearer k", "Content-Type": "application/json" },
      body: '{"name":"喵"}',
    },
  ]);
});

test("a problem says its code, and all else that it knows", async () => {
  const { via } = server(problem(409, "already_redeemed"));
  const said = (await via("POST", "/v1/coupons/X/redeem").catch((no) => no)) as Problem;
  expect(said).toBeInstanceOf(Problem);
  expect(said).toMatchObject({ status: 409, code: "already_redeemed", message: "Not so." });
  expect(said.more.title).toBe("No.");
});

test("an answer that is no problem of ours is one all the same", async () => {
  const { via } = server(new Response("<h1>Bad Gateway</h1>", { status: 400 }));
  const said = await via("GET", "/v1/me").catch((error) => error);
  expect(said).toMatchObject({ status: 400, code: "unknown" });
});

test("where an answer was lost, the same key asks again", async () => {
  const { via, asked } = server(LOST, LOST, Response.json({ player: "g1" }, { status: 201 }));
  expect(await signUp("key-1", via)).toEqual({ player: "g1" });
  expect(asked).toHaveLength(3);
  for (const { method, headers } of asked)
    expect([method, headers["Idempotency-Key"]]).toEqual(["POST", "key-1"]);
});

test("a POST without such a key is sent once", async () => {
  const { via, asked } = server(LOST);
  await expect(via("POST", "/v1/stores", { body: {} })).rejects.toThrow(NoAnswer);
  expect(asked).toHaveLength(1);
});

test("nobody asks for ever, and each wait may be longer than the last", async () => {
  const { via, asked, clock } = server(LOST, LOST, LOST, LOST);
  await expect(via("GET", "/v1/species")).rejects.toThrow(NoAnswer);
  expect(asked).toHaveLength(4);
  expect(clock.waits_ms).toEqual([250, 500, 1_000]);
});

test("a server that is busy is asked again when it wants, with jitter", async () => {
  const busy = problem(503, "busy", { "Retry-After": "3" });
  const { via, clock } = server(busy, Response.json({ items: [] }));
  await via("GET", "/v1/species");
  expect(clock.waits_ms).toEqual([3_250]);
});

test("who is to wait for minutes is told so instead", async () => {
  const { via, asked } = server(problem(429, "too_many_requests", { "Retry-After": "600" }));
  const said = await signUp("key", via).catch((error) => error);
  expect(said).toMatchObject({ code: "too_many_requests", retry_after_ms: 600_000 });
  expect(asked).toHaveLength(1);
});

test.each([400, 401, 403, 404, 409, 413, 422])(
  "a %i does not get better by asking",
  async (status) => {
    const { via, asked } = server(problem(status, "invalid"));
    await expect(via("GET", "/v1/me", { key: "k" })).rejects.toThrow(Problem);
    expect(asked).toHaveLength(1);
  },
);

test("an answer that takes too long is none", async () => {
  const via = caller({
    fetch: (_, init) =>
      new Promise((_, fail) => {
        init?.signal?.addEventListener("abort", () => fail(init.signal?.reason));
      }),
    clock: new Hasty(),
  });
  await expect(via("POST", "/v1/stores", { timeout_ms: 10 })).rejects.toThrow(NoAnswer);
});

test("a list is read page after page, as far as it is wanted", async () => {
  const asked: unknown[] = [];
  const lists = [
    { items: [1, 2], next: "b" },
    { items: [], next: "c" },
    { items: [3], next: null },
  ];
  const via = (async (_method, _path, options) => {
    asked.push(options?.query?.cursor);
    return lists[asked.length - 1];
  }) as Call;
  const all: number[] = [];
  for await (const item of pages<number>("/v1/list", { query: { limit: 2 } }, via)) all.push(item);
  expect(all).toEqual([1, 2, 3]);
  expect(asked).toEqual([undefined, "b", "c"]);

  asked.length = 0;
  for await (const item of pages<number>("/v1/list", {}, via)) if (item === 1) break;
  expect(asked).toEqual([undefined]);
});

test("a picture is read as text, and its code can't leave the path", async () => {
  const { via, asked } = server(new Response("<svg/>"), new Response(null, { status: 204 }));
  const mine = new Mine("token", via);
  expect(await mine.qr("A/../B")).toBe("<svg/>");
  expect(asked[0]?.url).toBe("https://cats.example/v1/coupons/A%2F..%2FB/qr.svg");
  expect(await mine.forget()).toBeUndefined();
});
