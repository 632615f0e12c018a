/** One line to `/play` that comes back by itself where that helps. */

import type { Clock } from "./clock";
import { closing, type WhyEnded, type WhyWaiting } from "./closing";
import type { Encoding } from "./encodings";
import type { ClientMessage, Hello, ServerMessage, Welcome } from "./messages";
import { type BadMessage, readMessage } from "./reading";

/** Where the line is. `until_ms` is on the clock of the options. */
export type LineState =
  | { readonly kind: "connecting" }
  | { readonly kind: "playing" }
  | {
      readonly kind: "waiting";
      readonly until_ms: number;
      readonly why: WhyWaiting;
      /** What the server wants to be shown meanwhile. */
      readonly text?: string;
    }
  | { readonly kind: "ended"; readonly code: number; readonly why: WhyEnded };

/** What is used of a WebSocket. */
export interface Socket {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
}

export interface ConnectionOptions {
  url: string;
  hello: Hello;
  encoding: Encoding;
  clock: Clock;
  chance: () => number;
  openSocket: (url: string, subprotocol: string) => Socket;
}

/** What a connection tells of. `welcome` comes before the state is `playing`. */
export interface ConnectionHears {
  state(state: LineState): void;
  welcome(message: Welcome, asked_ms: number): void;
  message(message: Exclude<ServerMessage, Welcome>): void;
  malformed(error: BadMessage): void;
}

const OPEN = 1;
const BROKEN = 1006;
const WELCOME_WITHIN_MS = 15_000;
const SHORTEST_LIMIT_MS = 1_000;
const LONGEST_LIMIT_MS = 30_000;

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #hears: ConnectionHears;
  #state: LineState = { kind: "ended", code: 1000, why: "not_started" };
  #socket: Socket | null = null;
  #callOff: () => void = () => {};
  #failures = 0;
  #away_ms = 0;
  #text: string | undefined;

  constructor(options: ConnectionOptions, hears: ConnectionHears) {
    this.#options = options;
    this.#hears = hears;
  }

  get state(): LineState {
    return this.#state;
  }

  /** Bytes that were sent and have not left yet. */
  get unsent_bytes(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** Begin, or come back now: nothing where a line is open or being opened. */
  open(): void {
    if (this.#state.kind === "connecting" || this.#state.kind === "playing") return;
    this.#connect();
  }

  /** Leave. */
  close(): void {
    this.#drop(1000);
    this.#become({ kind: "ended", code: 1000, why: "left" });
  }

  /** The network is back, perhaps: do not wait out a long limit. What a server asked for holds. */
  hurry(): void {
    if (this.#state.kind !== "waiting" || this.#state.why !== "broken") return;
    const { clock, chance } = this.#options;
    this.#failures = 0;
    const wait_ms = chance() * SHORTEST_LIMIT_MS; // a whole street hears of it in one moment
    if (clock.now_ms() + wait_ms < this.#state.until_ms) this.#wait(wait_ms, "broken");
  }

  /** Nothing comes any more: do not wait for the system to notice. */
  cut(): void {
    if (this.#socket !== null) this.#closed(BROKEN);
  }

  /** Whether a session is open to send it in. */
  send(message: ClientMessage): boolean {
    if (this.#state.kind !== "playing" || this.#socket?.readyState !== OPEN) return false;
    this.#socket.send(this.#options.encoding.encode(message));
    return true;
  }

  #connect(): void {
    this.#drop(1000);
    this.#become({ kind: "connecting" });
    const { url, hello, encoding, clock, openSocket } = this.#options;
    const socket = openSocket(url, encoding.subprotocol);
    socket.binaryType = "arraybuffer";
    let asked_ms = clock.now_ms();
    socket.onopen = () => {
      asked_ms = clock.now_ms();
      socket.send(encoding.encode(hello));
    };
    socket.onmessage = ({ data }: { data: unknown }) => this.#heard(data, asked_ms);
    socket.onclose = ({ code }: { code: number }) => this.#closed(code);
    socket.onerror = () => {}; // a close follows
    this.#socket = socket;
    this.#callOff = clock.after(WELCOME_WITHIN_MS, () => this.#closed(BROKEN));
  }

  #heard(data: unknown, asked_ms: number): void {
    let message: ServerMessage | null;
    try {
      message = readMessage(this.#options.encoding.decode(data));
    } catch (error) {
      this.#hears.malformed(error as BadMessage);
      return;
    }
    if (message === null) return;
    if (message.type === "welcome") {
      this.#callOff();
      this.#failures = 0;
      this.#hears.welcome(message, asked_ms);
      this.#become({ kind: "playing" });
      return;
    }
    if (message.type === "notice" && message.kind === "overloaded") {
      this.#away_ms = Number(message.data.retry_after_ms) || 0;
      this.#text = message.text;
    }
    this.#hears.message(message);
  }

  #closed(code: number): void {
    this.#drop();
    const meant = closing(code);
    if (!meant.back) {
      this.#become({ kind: "ended", code, why: meant.why });
      return;
    }
    const limit_ms = Math.min(LONGEST_LIMIT_MS, SHORTEST_LIMIT_MS * 2 ** this.#failures++);
    const wait_ms = this.#away_ms + this.#options.chance() * limit_ms; // full jitter
    const text = this.#text;
    this.#away_ms = 0;
    this.#text = undefined;
    this.#wait(wait_ms, meant.why, text);
  }

  #wait(wait_ms: number, why: WhyWaiting, text?: string): void {
    const { clock } = this.#options;
    this.#callOff();
    this.#callOff = clock.after(wait_ms, () => this.#connect());
    const until_ms = clock.now_ms() + wait_ms;
    const state = { kind: "waiting", until_ms, why } as const;
    this.#become(text === undefined ? state : { ...state, text });
  }

  /** Hear nothing more of this socket. */
  #drop(code?: number): void {
    this.#callOff();
    const socket = this.#socket;
    if (socket === null) return;
    this.#socket = null;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(code);
  }

  #become(state: LineState): void {
    this.#state = state;
    this.#hears.state(state);
  }
}
