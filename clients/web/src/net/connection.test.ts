import { describe, expect, test, vi } from "vitest";
import { closing } from "./closing";
import type { LineState } from "./connection";
import { fakeLine } from "./testing/fakes";

test("a line says hello first of all, and plays once it is welcome", () => {
  const { line, sockets } = fakeLine({ datum: "gcj02", client: "test" });
  const states: LineState["kind"][] = [];
  line.on("state", ({ kind }) => states.push(kind));
  expect(line.state).toMatchObject({ kind: "ended", why: "not_started" });
  line.open();
  expect(sockets.map(({ url, subprotocol }) => [url, subprotocol])).toEqual([
    ["ws://test/play", "catcat.v1.json"],
  ]);
  sockets[0]?.welcome();
  expect(sockets[0]?.sent).toEqual([
    { type: "hello", token: "token", datum: "gcj02", client: "test" },
  ]);
  expect(states).toEqual(["connecting", "playing"]);
  expect(line.welcome?.player).toBe("alice");
});

test("the server's time is told by the welcome, and half its way is taken off", () => {
  const fake = fakeLine();
  fake.line.open();
  fake.socket.accept();
  fake.clock.advance(200);
  fake.socket.say({
    type: "welcome",
    session: "s",
    player: "p",
    now_ms: fake.clock.now_ms() + 60_000,
    rules: { view_m: 1, catch_m: 1, fix_max_age_ms: 1, aim_min_ms: 1 },
  });
  expect(fake.line.serverNow_ms() - fake.clock.now_ms()).toBe(60_100);
});

const BACK = [1000, 1001, 1005, 1006, 1011, 1012, 1013, 3000, 4000, 4101, 4102, 4103, 4999];
const AWAY: [number, string][] = [
  [1007, "our_fault"],
  [1009, "our_fault"],
  [4001, "token"],
  [4002, "replaced"],
  [4003, "banned"],
  [4004, "our_fault"],
];

test.each(BACK)("after %i a line comes back by itself", (code) => {
  const fake = fakeLine();
  fake.playing().drop(code);
  expect(fake.line.state).toMatchObject({ kind: "waiting", why: closing(code).why });
  fake.clock.advance(1_000);
  expect(fake.sockets).toHaveLength(2);
  fake.socket.welcome();
  expect(fake.line.state.kind).toBe("playing");
});

test.each(AWAY)("after %i it does not, and says that it is %s", (code, why) => {
  const fake = fakeLine();
  fake.playing().drop(code);
  expect(fake.line.state).toEqual({ kind: "ended", code, why });
  fake.clock.advance(3_600_000);
  expect(fake.sockets).toHaveLength(1);
});

test("who was replaced may want to play here again", () => {
  const fake = fakeLine();
  fake.playing().drop(4002);
  fake.line.open();
  fake.socket.welcome();
  expect(fake.line.state.kind).toBe("playing");
});

describe("the wait", () => {
  /** How long a line waits after each of so many failures in a row. */
  function waits_ms(failures: number, chance: () => number): number[] {
    const fake = fakeLine({ chance });
    fake.line.open();
    return Array.from({ length: failures }, () => {
      fake.socket.drop();
      const { state } = fake.line;
      if (state.kind !== "waiting") throw new Error(state.kind);
      const wait_ms = state.until_ms - fake.clock.now_ms();
      const opened = fake.sockets.length;
      fake.clock.advance(Math.max(0, wait_ms - 1));
      if (wait_ms > 1) expect(fake.sockets).toHaveLength(opened);
      fake.clock.advance(1);
      expect(fake.sockets).toHaveLength(opened + 1);
      return wait_ms;
    });
  }

  test("is at most a limit that doubles from 1 s to 30 s", () => {
    const most = waits_ms(8, () => 0.999999999);
    const limits = [1, 2, 4, 8, 16, 30, 30, 30].map((s) => s * 1_000);
    most.forEach((wait_ms, at) => {
      expect(wait_ms).toBeCloseTo(limits[at] as number, 0);
    });
  });

  test("is any time between nothing and the limit", () => {
    expect(waits_ms(4, () => 0)).toEqual([0, 0, 0, 0]);
    expect(waits_ms(4, () => 0.5)).toEqual([500, 1_000, 2_000, 4_000]);
  });

  test("begins with the short limit again after a welcome, and only then", () => {
    const fake = fakeLine();
    fake.line.open();
    for (const wait_ms of [500, 1_000, 2_000, 4_000, 8_000]) {
      fake.socket.drop();
      fake.clock.advance(wait_ms);
    }
    fake.socket.accept(); // a server that takes the line but says no welcome is not one to trust
    fake.socket.drop();
    expect(fake.line.state).toMatchObject({ until_ms: fake.clock.now_ms() + 15_000 });
    fake.clock.advance(15_000);
    fake.socket.welcome();
    fake.socket.drop();
    expect(fake.line.state).toMatchObject({ until_ms: fake.clock.now_ms() + 500 });
  });

  test("is not shorter than a server without room asked for, whatever the system says", () => {
    const fake = fakeLine();
    fake.line.open();
    fake.socket.accept();
    const text = "The street is full.";
    const data = { retry_after_ms: 7_000 };
    fake.socket.say({ type: "notice", kind: "overloaded", text, data });
    fake.socket.drop(1013);
    const until_ms = fake.clock.now_ms() + 7_500;
    expect(fake.line.state).toEqual({ kind: "waiting", until_ms, why: "overloaded", text });
    fake.line.network(true);
    fake.clock.advance(7_499);
    expect(fake.sockets).toHaveLength(1);
    fake.clock.advance(1);
    fake.socket.drop(); // this time it was only broken
    expect(fake.line.state).toEqual({
      kind: "waiting",
      until_ms: fake.clock.now_ms() + 1_000,
      why: "broken",
    });
  });
});

test("when the network comes back, nobody waits for half a minute", () => {
  const fake = fakeLine();
  fake.line.open();
  for (let times = 0; times < 6; times++) {
    fake.socket.drop();
    if (times < 5) fake.clock.advance(30_000);
  }
  fake.line.network(true);
  expect(fake.line.state).toMatchObject({ until_ms: fake.clock.now_ms() + 500 });
});

test("when the system says that the network is gone, the line is not believed in any more", () => {
  const fake = fakeLine();
  const first = fake.playing();
  fake.line.network(false);
  expect(fake.line.state).toMatchObject({ kind: "waiting", why: "broken" });
  expect(first.readyState).toBe(3);
  fake.clock.advance(1_000); // the system may be wrong
  fake.socket.welcome();
  expect(fake.line.state.kind).toBe("playing");
});

test("a server that never says welcome is left after a while", () => {
  const fake = fakeLine();
  fake.line.open();
  fake.socket.accept();
  fake.clock.advance(15_000);
  expect(fake.line.state).toMatchObject({ kind: "waiting", why: "broken" });
});

test("of a socket that was given up nothing is heard", () => {
  const fake = fakeLine();
  const first = fake.playing();
  const { onmessage, onclose } = first;
  fake.line.network(false);
  fake.clock.advance(1_000);
  fake.socket.welcome({ player: "bob" });
  expect(first.onmessage).toBeNull();
  expect(first.onclose).toBeNull();
  expect([typeof onmessage, typeof onclose]).toEqual(["function", "function"]);
  expect(fake.line.welcome?.player).toBe("bob");
});

test("who leaves has left", () => {
  const fake = fakeLine();
  const socket = fake.playing();
  fake.line.close();
  expect(socket.readyState).toBe(3);
  expect(fake.line.state).toEqual({ kind: "ended", code: 1000, why: "left" });
  fake.line.network(true);
  fake.clock.advance(3_600_000);
  expect(fake.sockets).toHaveLength(1);
});

test("opening twice opens one line", () => {
  const fake = fakeLine();
  fake.line.open();
  fake.line.open();
  fake.socket.welcome();
  fake.line.open();
  expect(fake.sockets).toHaveLength(1);
});

test("unknown messages and fields are passed over, malformed ones are told of", () => {
  const fake = fakeLine();
  const faults: string[] = [];
  const notices: unknown[] = [];
  fake.line.on("fault", (fault) => faults.push(fault.message));
  fake.line.on("notice", (notice) => notices.push(notice));
  const socket = fake.playing();
  socket.say({ type: "rainbow", colours: 7 });
  socket.say({ type: "notice", kind: "event", text: "Soon.", data: {}, later: true });
  expect(notices).toEqual([{ type: "notice", kind: "event", text: "Soon.", data: {} }]);
  expect(faults).toEqual([]);
  socket.say({ type: "cats", appear: [{ id: 7 }], vanish: [] });
  socket.frame("{");
  socket.frame(new ArrayBuffer(1));
  expect(faults).toEqual([
    "appear[0].id: not text",
    "message: not JSON",
    "message: not a text frame",
  ]);
  expect(fake.line.state.kind).toBe("playing");
});

test("a listener's bug does not stop the line, and is not kept secret", () => {
  const fake = fakeLine();
  const late: (() => void)[] = [];
  vi.stubGlobal("queueMicrotask", (task: () => void) => late.push(task));
  fake.line.on("state", () => {
    throw new Error("mine");
  });
  fake.playing();
  vi.unstubAllGlobals();
  expect(fake.line.state.kind).toBe("playing");
  expect(late).toHaveLength(2);
  for (const task of late) expect(task).toThrow("mine");
});
