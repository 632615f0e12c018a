import { describe, expect, test } from "vitest";
import type { Catch } from "./messages";
import { FakeClock, FakeKeep, type FakeSocket, fakeLine } from "./testing/fakes";

const AIMED = { cat: "a", ticket: "t" };

function caught(attempt: string) {
  return { type: "caught", attempt, cat: "a", species: "boba", points: 10, coupon: null } as const;
}

test("a throw has an id of its own and is answered by that", async () => {
  const fake = fakeLine();
  const socket = fake.playing();
  const fix = { lat: 1, lon: 2, accuracy_m: 3, at_ms: 4 };
  const thrown = fake.line.catchCat(AIMED, fix);
  const message = { type: "catch", attempt: "attempt-1", ...AIMED, fix };
  expect(socket.heard("catch")).toEqual([message]);
  expect(fake.line.openThrow).toEqual(message);
  socket.say(caught("somebody else's"));
  expect(fake.line.openThrow).toEqual(message);
  socket.say(caught("attempt-1"));
  expect(await thrown).toEqual(caught("attempt-1"));
  expect(fake.line.openThrow).toBeNull();
  fake.line.catchCat(AIMED);
  expect(socket.heard("catch")[1]?.attempt).toBe("attempt-2");
});

test("one throw at a time", () => {
  const fake = fakeLine();
  fake.playing();
  fake.line.catchCat(AIMED);
  expect(() => fake.line.catchCat(AIMED)).toThrow("one throw at a time");
});

test("without an answer the same is sent again after some seconds", () => {
  const fake = fakeLine();
  const socket = fake.playing();
  fake.line.catchCat(AIMED);
  fake.clock.advance(5_000);
  expect(socket.heard("catch")).toHaveLength(1);
  fake.clock.advance(1_000);
  const [first, second] = socket.heard("catch");
  expect(second).toEqual(first);
});

test("a line on which a throw is not answered twice is dead, and the next one hears it once it knows where", () => {
  const fake = fakeLine();
  const socket = fake.playing();
  fake.line.catchCat(AIMED);
  fake.clock.advance(11_000);
  expect(socket.heard("catch")).toHaveLength(2);
  expect(fake.line.state).toMatchObject({ kind: "waiting", why: "broken" });
  fake.clock.advance(500);
  fake.line.fix({ lat: 1, lon: 2, accuracy_m: 3, at_ms: 4 });
  fake.socket.welcome();
  expect(fake.socket.sent.map(({ type }) => type)).toEqual(["hello", "fix", "catch"]);
  expect(fake.socket.heard("catch")[0]).toEqual(socket.heard("catch")[0]);
});

test("busy is not the last word: the same again after a second or two", async () => {
  const fake = fakeLine();
  const socket = fake.playing();
  const refusals: string[] = [];
  fake.line.on("refused", ({ reason }) => refusals.push(reason));
  const thrown = fake.line.catchCat(AIMED);
  for (let times = 1; times <= 5; times++) {
    const attempt = "attempt-1";
    socket.say({ type: "refused", attempt, cat: "a", reason: "busy", retry: true });
    fake.clock.advance(1_499);
    expect(socket.heard("catch")).toHaveLength(times);
    fake.clock.advance(1);
    expect(socket.heard("catch")).toHaveLength(times + 1);
  }
  const wait = { reason: "busy", retry: true, retry_after_ms: 4_000 };
  socket.say({ type: "refused", attempt: "attempt-1", cat: "a", ...wait });
  fake.clock.advance(4_499);
  expect(socket.heard("catch")).toHaveLength(6);
  fake.clock.advance(1);
  expect(socket.heard("catch")).toHaveLength(7);
  expect(fake.line.state.kind).toBe("playing");
  socket.say({ type: "refused", attempt: "attempt-1", cat: "a", reason: "missed", retry: true });
  expect(await thrown).toMatchObject({ reason: "missed" });
  expect(refusals).toEqual(["missed"]);
});

test("a throw outlives its line", async () => {
  const fake = fakeLine();
  const first = fake.playing();
  const thrown = fake.line.catchCat(AIMED);
  first.drop(1012);
  fake.clock.advance(500);
  fake.socket.drop();
  fake.clock.advance(1_000);
  fake.socket.welcome();
  expect(fake.socket.heard("catch")).toEqual(first.heard("catch"));
  fake.socket.say(caught("attempt-1"));
  expect(await thrown).toEqual(caught("attempt-1"));
});

test("a throw while the line is away waits for it", () => {
  const fake = fakeLine();
  fake.playing().drop();
  fake.line.catchCat(AIMED);
  fake.clock.advance(500);
  fake.socket.welcome();
  expect(fake.socket.heard("catch")).toHaveLength(1);
});

test("a throw before the first welcome is nobody's", async () => {
  const fake = fakeLine();
  expect(await fake.line.catchCat(AIMED)).toEqual({ type: "unanswered", why: "no_line" });
  expect(fake.line.openThrow).toBeNull();
});

test("when the line ends nobody waits any more, but who comes back asks", async () => {
  const fake = fakeLine();
  const first = fake.playing();
  const thrown = fake.line.catchCat(AIMED);
  first.drop(4002);
  expect(await thrown).toEqual({ type: "unanswered", why: "no_line" });
  const answers: string[] = [];
  fake.line.on("caught", ({ attempt }) => answers.push(attempt));
  fake.line.open();
  fake.socket.welcome();
  fake.socket.say(caught("attempt-1"));
  expect(answers).toEqual(["attempt-1"]);
});

describe("with storage", () => {
  function thrownAndReloaded(player = "alice") {
    const keep = new FakeKeep();
    const before = fakeLine({ keep });
    const message = (() => {
      const socket = before.playing();
      before.line.catchCat(AIMED);
      return socket.heard("catch")[0] as Catch;
    })();
    const after = fakeLine({ keep });
    after.line.open();
    after.socket.welcome({ player });
    return { keep, after, message };
  }

  test("a throw survives a reload", () => {
    const { keep, after, message } = thrownAndReloaded();
    expect(after.socket.heard("catch")).toEqual([message]);
    const answers: string[] = [];
    after.line.on("caught", ({ attempt }) => answers.push(attempt));
    after.socket.say(caught(message.attempt));
    expect(answers).toEqual([message.attempt]);
    expect(keep.kept.size).toBe(0);
  });

  test("it is not thrown for another player", () => {
    const { keep, after } = thrownAndReloaded("bob");
    expect(after.socket.heard("catch")).toEqual([]);
    expect(keep.kept.size).toBe(0);
  });

  test("one that the server can't read is not sent for ever", () => {
    const { keep, after } = thrownAndReloaded();
    after.socket.drop(4004);
    expect(keep.kept.size).toBe(0);
  });

  test.each([
    "{",
    "7",
    '{"player":"alice"}',
    '{"player":"alice","message":{"type":"fix"}}',
    '{"player":"alice","message":{"type":"catch","attempt":7,"cat":"a","ticket":"t"}}',
  ])("what is no throw is passed over: %s", (kept) => {
    const keep = new FakeKeep();
    keep.setItem("catcat.attempt", kept);
    const fake = fakeLine({ keep });
    fake.playing();
    expect(fake.socket.heard("catch")).toEqual([]);
  });

  test("storage that is full costs the reload only", async () => {
    const keep = new FakeKeep();
    keep.setItem = () => {
      throw new Error("full");
    };
    const fake = fakeLine({ keep });
    const socket = fake.playing();
    const thrown = fake.line.catchCat(AIMED);
    socket.say(caught("attempt-1"));
    expect(await thrown).toEqual(caught("attempt-1"));
  });
});

/** Random numbers that a seed fixes. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A server that keeps to the protocol, over lines that break and lose what was on the way. */
class Street {
  readonly answers = new Map<string, Record<string, unknown>>();
  readonly asked = new Map<string, Set<string>>();

  constructor(readonly random: () => number) {}

  /** What may befall a catch: lost, busy, or decided once and for all, and perhaps not told. */
  hear(socket: FakeSocket, message: Catch): void {
    const as = this.asked.get(message.attempt) ?? new Set();
    this.asked.set(message.attempt, as.add(JSON.stringify(message)));
    const fate = this.random();
    if (fate < 0.2) return;
    const known = this.answers.get(message.attempt);
    if (known === undefined && fate < 0.4) {
      const busy = { reason: "busy", retry: true, attempt: message.attempt, cat: message.cat };
      socket.say({ type: "refused", ...busy });
      return;
    }
    const answer = known ?? this.#decide(message);
    this.answers.set(message.attempt, answer);
    if (fate < 0.7) socket.say(answer);
  }

  #decide({ attempt, cat }: Catch): Record<string, unknown> {
    if (this.random() < 0.5) return caught(attempt);
    return { type: "refused", attempt, cat, reason: "missed", retry: true };
  }
}

test.each(Array.from({ length: 60 }, (_, seed) => seed))(
  "whatever breaks, every throw has the one answer that the server gave it (seed %i)",
  async (seed) => {
    const random = randomOf(seed);
    const keep = new FakeKeep();
    const clock = new FakeClock();
    const street = new Street(random);
    const heard = new Map<string, unknown[]>();
    let ids = 0;

    const page = () => {
      const fake = fakeLine({ keep, clock, chance: random, newId: () => `try-${++ids}` });
      for (const name of ["caught", "refused"] as const)
        fake.line.on(name, (answer) => {
          const attempt = answer.attempt as string;
          heard.set(attempt, [...(heard.get(attempt) ?? []), answer]);
        });
      fake.line.open();
      return fake;
    };

    let fake = page();
    const seen = new Map<FakeSocket, number>();
    const serve = () => {
      for (const socket of fake.sockets.slice(-2)) {
        if (socket.readyState === 0 && random() < 0.6) socket.welcome();
        const catches = socket.heard("catch");
        for (let at = seen.get(socket) ?? 0; at < catches.length; at++) {
          seen.set(socket, at + 1);
          if (socket.readyState === 1) street.hear(socket, catches[at] as Catch);
        }
      }
    };

    for (let turn = 0; turn < 200; turn++) {
      const what = random();
      if (what < 0.05 && fake.socket.readyState < 3) fake.socket.drop(what < 0.02 ? 1012 : 1006);
      else if (what < 0.07) fake.line.network(what < 0.06);
      else if (what < 0.08) {
        fake.line.close();
        fake = page();
      } else if (what < 0.2 && fake.line.openThrow === null && fake.line.state.kind === "playing")
        fake.line.catchCat(AIMED);
      serve();
      clock.advance(random() * 2_000);
      expect(fake.sockets.slice(-9).filter(({ readyState }) => readyState < 3).length).toBeLessThan(
        2,
      );
    }
    for (let turn = 0; turn < 2_000 && fake.line.openThrow !== null; turn++) {
      serve();
      clock.advance(1_000);
    }

    expect(ids).toBeGreaterThan(0);
    expect(fake.line.openThrow).toBeNull();
    for (let id = 1; id <= ids; id++)
      expect(heard.get(`try-${id}`)).toEqual([street.answers.get(`try-${id}`)]);
    for (const as of street.asked.values()) expect(as.size).toBe(1);
  },
);
