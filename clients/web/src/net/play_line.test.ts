import { expect, test } from "vitest";
import type { Cat, FixFields } from "./messages";
import { msgpack } from "./msgpack";
import { playUrl } from "./play_line";
import { FakeClock, fakeLine, WELCOME } from "./testing/fakes";

const HERE: FixFields = { lat: 1.3, lon: 103.8, accuracy_m: 5, at_ms: 1_000 };

function cat(id: string, changes: Partial<Cat> = {}): Cat {
  return {
    id,
    species: "boba",
    store: { id: "sto_1", name: "ION" },
    lat: 1.3,
    lon: 103.8,
    expires_ms: WELCOME.now_ms + 600_000,
    left: 1,
    ...changes,
  };
}

const ENCOUNTER = {
  type: "encounter",
  cat: "a",
  ticket: "t1",
  expires_ms: WELCOME.now_ms + 30_000,
  distance_m: 12,
  bearing_deg: 90,
} as const;

test("the address of a server's line", () => {
  expect(playUrl("http://127.0.0.1:8000")).toBe("ws://127.0.0.1:8000/play");
  expect(playUrl("https://cats.example/")).toBe("wss://cats.example/play");
});

test("the view holds what appeared and has not vanished, each in its newest form", () => {
  const fake = fakeLine({ encoding: msgpack });
  const socket = fake.playing();
  const views: string[][] = [];
  fake.line.on("view", (view) => views.push([...view.keys()]));
  socket.say({ type: "cats", appear: [cat("a"), cat("b")], vanish: [] });
  socket.say({ type: "cats", appear: [cat("a", { left: 7 }), cat("c")], vanish: ["b"] });
  expect(views).toEqual([
    ["a", "b"],
    ["a", "c"],
  ]);
  expect(fake.line.cats.get("a")?.left).toBe(7);
});

test("a cat leaves the view when its time is over by the server's clock", () => {
  const fake = fakeLine();
  const socket = fake.playing();
  const soon = cat("soon", { expires_ms: WELCOME.now_ms + 1_000 });
  socket.say({ type: "cats", appear: [cat("late"), soon], vanish: [] });
  fake.clock.advance(999);
  expect([...fake.line.cats.keys()]).toEqual(["late", "soon"]);
  fake.clock.advance(2);
  expect([...fake.line.cats.keys()]).toEqual(["late"]);
  fake.clock.advance(600_000);
  expect(fake.line.cats.size).toBe(0);
});

test("the new session knows nothing of the old one's view and ticket", async () => {
  const fake = fakeLine();
  const socket = fake.playing();
  socket.say({ type: "cats", appear: [cat("a")], vanish: [] });
  const aimed = fake.line.aim("a");
  socket.say(ENCOUNTER);
  expect(await aimed).toEqual(ENCOUNTER);
  expect(fake.line.encounter).toEqual(ENCOUNTER);
  socket.drop();
  expect(fake.line.encounter).toBeNull();
  fake.clock.advance(1_000);
  fake.socket.welcome();
  expect(fake.line.cats.size).toBe(0);
});

test("a cat that this player can't have is not shown again, also after a reconnect", async () => {
  const fake = fakeLine();
  const socket = fake.playing();
  socket.say({ type: "cats", appear: [cat("a"), cat("b"), cat("c"), cat("d")], vanish: [] });
  socket.say({ type: "refused", reason: "already_caught", retry: false, cat: "a" });
  socket.say({ type: "refused", reason: "fled", retry: false, cat: "b", attempt: "x" });
  socket.say({ type: "refused", reason: "gone", retry: false, cat: "c" });
  expect([...fake.line.cats.keys()]).toEqual(["d"]);
  socket.drop();
  fake.clock.advance(1_000);
  fake.socket.welcome();
  fake.socket.say({ type: "cats", appear: [cat("a"), cat("b"), cat("c")], vanish: [] });
  expect([...fake.line.cats.keys()]).toEqual(["c"]);
});

test("of fixes the newest is sent, about one a second, and none is queued", () => {
  const fake = fakeLine();
  const socket = fake.playing();
  fake.line.fix(HERE);
  for (let step = 1; step <= 5; step++) {
    fake.clock.advance(100);
    fake.line.fix({ ...HERE, at_ms: 1_000 + step });
  }
  expect(socket.heard("fix")).toEqual([{ type: "fix", ...HERE }]);
  fake.clock.advance(1_000);
  expect(socket.heard("fix").map((fix) => fix.at_ms)).toEqual([1_000, 1_005]);
});

test("the same fix is not sent twice but after a reconnect", () => {
  const fake = fakeLine();
  const socket = fake.playing();
  fake.line.fix(HERE);
  fake.clock.advance(2_000);
  fake.line.fix({ ...HERE });
  fake.clock.advance(2_000);
  expect(socket.heard("fix")).toHaveLength(1);
  socket.drop();
  fake.clock.advance(1_000);
  fake.socket.welcome();
  expect(fake.socket.heard("fix")).toHaveLength(1);
});

test("a fix that is too old to catch anything is not sent after a reconnect", () => {
  const fake = fakeLine();
  fake.playing();
  fake.line.fix(HERE);
  fake.clock.advance(14_900);
  fake.socket.drop();
  fake.clock.advance(1_000);
  fake.socket.welcome();
  expect(fake.socket.heard("fix")).toEqual([]);
});

test("a line that does not take what it is given gets no more fixes", () => {
  const fake = fakeLine();
  const socket = fake.playing();
  socket.bufferedAmount = 100_000;
  fake.line.fix(HERE);
  fake.clock.advance(2_000);
  expect(socket.heard("fix")).toEqual([]);
  socket.bufferedAmount = 0;
  fake.line.fix({ ...HERE, at_ms: 3_000 });
  expect(socket.heard("fix").map((fix) => fix.at_ms)).toEqual([3_000]);
});

test("where I am goes before what I aim at", () => {
  const fake = fakeLine();
  const socket = fake.playing();
  fake.line.fix(HERE);
  fake.line.fix({ ...HERE, at_ms: 1_500 });
  fake.line.aim("a");
  expect(socket.sent.map(({ type }) => type)).toEqual(["hello", "fix", "fix", "aim"]);
});

test("an aim is answered by the encounter or the refusal of its cat", async () => {
  const fake = fakeLine();
  const socket = fake.playing();
  const both = [fake.line.aim("a"), fake.line.aim("b")];
  const refused = { type: "refused", reason: "too_far", retry: true, cat: "b", limit_m: 40 };
  socket.say(refused);
  socket.say(ENCOUNTER);
  expect(await Promise.all(both)).toEqual([ENCOUNTER, refused]);
});

test("an aim at a cat that is being aimed at is the same aim", async () => {
  const fake = fakeLine();
  const socket = fake.playing();
  const first = fake.line.aim("a");
  expect(fake.line.aim("a")).toBe(first);
  expect(socket.heard("aim")).toHaveLength(1);
  socket.say(ENCOUNTER);
  await first;
  fake.line.aim("a");
  expect(socket.heard("aim")).toHaveLength(2);
});

test("an aim without a line is not answered, and neither is one whose line breaks", async () => {
  const fake = fakeLine();
  expect(await fake.line.aim("a")).toEqual({ type: "unanswered", why: "no_line" });
  const socket = fake.playing();
  const aimed = fake.line.aim("a");
  socket.drop();
  expect(await aimed).toEqual({ type: "unanswered", why: "no_line" });
});

test("a line on which an aim is not answered is dead, whatever the system believes", async () => {
  const fake = fakeLine();
  fake.playing();
  const aimed = fake.line.aim("a");
  fake.clock.advance(10_000);
  expect(await aimed).toEqual({ type: "unanswered", why: "too_late" });
  expect(fake.line.state).toMatchObject({ kind: "waiting", why: "broken" });
});

test("an encounter is over with its ticket", async () => {
  const clock = new FakeClock();
  const fake = fakeLine({ clock });
  const socket = fake.playing();
  socket.say(ENCOUNTER);
  const throws = async (reason: string, retry: boolean) => {
    const thrown = fake.line.catchCat(ENCOUNTER);
    const attempt = socket.heard("catch").at(-1)?.attempt;
    socket.say({ type: "refused", attempt, cat: "a", reason, retry });
    await thrown;
  };
  await throws("too_quick", true);
  expect(fake.line.encounter).toEqual(ENCOUNTER);
  await throws("missed", true);
  expect(fake.line.encounter).toBeNull();
  socket.say(ENCOUNTER);
  clock.advance(30_000);
  expect(fake.line.encounter).toBeNull();
});

test("news of a coupon and what the server says before it closes are passed on", () => {
  const fake = fakeLine();
  const socket = fake.playing();
  const heard: unknown[] = [];
  fake.line.on("coupon", (news) => heard.push(news));
  const stop = fake.line.on("fault", (fault) => heard.push(fault));
  const coupon = { code: "X", campaign: "c", title: "t", state: "redeemed", expires_ms: 1 };
  socket.say({ type: "coupon", attempt: null, coupon });
  const error = { type: "error", code: "replaced", message: "elsewhere" };
  socket.say(error);
  expect(heard).toEqual([{ type: "coupon", attempt: null, coupon }, error]);
  stop();
  socket.say(error);
  expect(heard).toHaveLength(2);
});
