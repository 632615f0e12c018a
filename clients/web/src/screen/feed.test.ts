import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Feed, type FeedState, pause_ms, type Source } from "./feed";

/** A line whose other end is this test. */
class Line implements Source {
  onerror: ((event: Event) => void) | null = null;
  isClosed = false;
  #heard = new Map<string, (event: MessageEvent<string>) => void>();

  addEventListener(name: string, heard: (event: MessageEvent<string>) => void): void {
    this.#heard.set(name, heard);
  }

  say(name: "start" | "second", second: number): void {
    this.#heard.get(name)?.({ data: JSON.stringify({ second }) } as MessageEvent<string>);
  }

  breakDown(): void {
    this.onerror?.({} as Event);
  }

  close(): void {
    this.isClosed = true;
  }
}

let lines: Line[];
let states: FeedState[];
let heard: [number, boolean][];
let feed: Feed;

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  states = [];
  heard = [];
  feed = new Feed({
    open: () => {
      const line = new Line();
      lines.push(line);
      return line;
    },
    heard: (news, isStart) => heard.push([news.second, isStart]),
    changed: (state) => states.push(state),
    random: () => 0.5,
  });
  feed.open();
});

afterEach(() => {
  feed.close();
  vi.useRealTimers();
});

describe("the line to the server", () => {
  it("hands on what is said", () => {
    lines[0]?.say("start", 1);
    lines[0]?.say("second", 2);
    expect(heard).toEqual([
      [1, true],
      [2, false],
    ]);
    expect(states).toEqual(["live"]);
  });

  it("says when it is quiet, and that it is not any more", () => {
    lines[0]?.say("start", 1);
    vi.advanceTimersByTime(7_000);
    lines[0]?.say("second", 8);
    expect(states).toEqual(["live", "quiet", "live"]);
    expect(lines.length).toBe(1);
  });

  it("comes back when it breaks, and waits longer each time", () => {
    lines[0]?.say("start", 1);
    lines[0]?.breakDown();
    expect(lines[0]?.isClosed).toBe(true);
    vi.advanceTimersByTime(1_000);
    lines[1]?.breakDown();
    vi.advanceTimersByTime(1_999);
    expect(lines.length).toBe(2);
    vi.advanceTimersByTime(1);
    lines[2]?.say("start", 9);
    expect(states).toEqual(["live", "lost", "live"]);
  });

  it("takes a line for dead that has said nothing for long", () => {
    lines[0]?.say("start", 1);
    vi.advanceTimersByTime(20_001);
    expect(states).toEqual(["live", "quiet", "lost"]);
    vi.advanceTimersByTime(1_000);
    expect(lines.length).toBe(2);
  });

  it("tries again for ever where there was never a server", () => {
    for (let tries = 0; tries < 50; tries += 1) {
      lines.at(-1)?.breakDown();
      vi.advanceTimersByTime(30_000);
    }
    expect(lines.length).toBeGreaterThan(50);
    expect(lines.filter((line) => !line.isClosed).length).toBeLessThanOrEqual(1);
  });

  it("has at most one line and one timer of each kind, however often it broke", () => {
    for (let tries = 0; tries < 20; tries += 1) {
      lines.at(-1)?.breakDown();
      vi.advanceTimersByTime(30_000);
    }
    expect(vi.getTimerCount()).toBeLessThanOrEqual(2);
  });
});

describe("the pause", () => {
  it("is never the same for all, and never too long", () => {
    expect(pause_ms(0, () => 0)).toBe(500);
    expect(pause_ms(0, () => 1)).toBe(1_500);
    expect(pause_ms(40, () => 1)).toBe(22_500);
  });
});
