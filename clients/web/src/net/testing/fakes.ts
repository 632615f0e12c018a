/** Time, chance and a server's end of the line, as a test wants them. */

import type { Clock } from "../clock";
import type { Socket } from "../connection";
import { type Encoding, json } from "../encodings";
import type { ClientMessage, ServerMessage, Welcome } from "../messages";
import { PlayLine, type PlayOptions } from "../play_line";

/** A clock that goes where a test sets it. */
export class FakeClock implements Clock {
  #now_ms = 1_800_000_000_000;
  #timers: { at_ms: number; then: () => void }[] = [];

  now_ms(): number {
    return this.#now_ms;
  }

  after(delay_ms: number, then: () => void): () => void {
    const timer = { at_ms: this.#now_ms + Math.max(0, delay_ms), then };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Let time pass, and what is due happen in its order. */
  advance(by_ms: number): void {
    const until_ms = this.#now_ms + by_ms;
    for (;;) {
      const due = this.#timers
        .filter((timer) => timer.at_ms <= until_ms)
        .sort((one, other) => one.at_ms - other.at_ms)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.#now_ms = due.at_ms;
      due.then();
    }
    this.#now_ms = until_ms;
  }
}

export const WELCOME: Welcome = {
  type: "welcome",
  session: "s1",
  player: "alice",
  now_ms: 1_800_000_000_000,
  rules: { view_m: 200, catch_m: 40, fix_max_age_ms: 15_000, aim_min_ms: 500 },
};

/** The client's socket; the methods below the line are the server's. */
export class FakeSocket implements Socket {
  binaryType = "blob";
  readyState = 0;
  bufferedAmount = 0;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  readonly sent: ClientMessage[] = [];

  constructor(
    readonly url: string,
    readonly subprotocol: string,
    readonly encoding: Encoding,
  ) {}

  send(data: string | Uint8Array): void {
    this.sent.push(this.encoding.decode(data) as ClientMessage);
  }

  close(): void {
    this.readyState = 3;
  }

  // What a server does.

  accept(): void {
    this.readyState = 1;
    this.onopen?.({} as never);
  }

  welcome(changes: Partial<Welcome> = {}): void {
    this.accept();
    this.say({ ...WELCOME, ...changes });
  }

  say(message: ServerMessage | Record<string, unknown>): void {
    this.frame(this.encoding.encode(message as unknown as ClientMessage));
  }

  frame(data: unknown): void {
    this.onmessage?.({ data } as never);
  }

  drop(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code } as never);
  }

  /** All of one type that the client has sent. */
  heard<Type extends ClientMessage["type"]>(type: Type): Extract<ClientMessage, { type: Type }>[] {
    return this.sent.filter(
      (message): message is Extract<ClientMessage, { type: Type }> => message.type === type,
    );
  }
}

/** What `localStorage` does, in memory. */
export class FakeKeep {
  readonly kept = new Map<string, string>();

  getItem(name: string): string | null {
    return this.kept.get(name) ?? null;
  }

  setItem(name: string, value: string): void {
    this.kept.set(name, value);
  }

  removeItem(name: string): void {
    this.kept.delete(name);
  }
}

/** A line whose sockets, clock and chance are the test's. */
export function fakeLine(options: Partial<PlayOptions> & { clock?: FakeClock } = {}) {
  const clock = options.clock ?? new FakeClock();
  const sockets: FakeSocket[] = [];
  let ids = 0;
  const line = new PlayLine({
    url: "ws://test/play",
    token: "token",
    chance: () => 0.5,
    newId: () => `attempt-${++ids}`,
    openSocket(url, subprotocol) {
      const socket = new FakeSocket(url, subprotocol, options.encoding ?? json);
      sockets.push(socket);
      return socket;
    },
    ...options,
    clock,
  });
  return {
    line,
    clock,
    sockets,
    /** The newest socket. */
    get socket(): FakeSocket {
      const newest = sockets.at(-1);
      if (newest === undefined) throw new Error("no socket was opened");
      return newest;
    },
    /** A session that is open. */
    playing(): FakeSocket {
      line.open();
      this.socket.welcome();
      return this.socket;
    },
  };
}
