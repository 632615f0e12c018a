/** A player's line to the game: what is in view, where I am, what I throw. */

import { type Keep, NO_LINE, Throws, type Unanswered } from "./attempts";
import { type Clock, systemClock } from "./clock";
import { Connection, type LineState, type Socket } from "./connection";
import { type Encoding, json } from "./encodings";
import { Listeners } from "./events";
import { newId } from "./ids";
import type {
  Cat,
  Catch,
  Caught,
  CouponChanged,
  Datum,
  Encounter,
  FixFields,
  Hello,
  Notice,
  ProtocolError,
  Refused,
  ServerMessage,
  Welcome,
} from "./messages";
import type { BadMessage } from "./reading";
import { keepsTicket, whatNext } from "./refusals";
import { View } from "./view";

/** What a line tells of. */
export interface PlayEvents {
  state: LineState;
  welcome: Welcome;
  /** The cats in view, by id: another map whenever something changed. */
  view: ReadonlyMap<string, Cat>;
  /** The last word on every throw, also on one that a former page began. */
  caught: Caught;
  refused: Refused;
  /** A coupon came or changed; `attempt` is null where it is an older one. */
  coupon: CouponChanged;
  notice: Notice;
  /** For a log: what the server said before it closed, or a message that is none. */
  fault: ProtocolError | BadMessage;
}

export interface PlayOptions {
  /** `ws://` or `wss://`, with `/play`: see `playUrl`. */
  url: string;
  token: string;
  /** `json` unless another is given. */
  encoding?: Encoding;
  datum?: Datum;
  client?: string;
  attestation?: string;
  /** Where an unanswered throw survives a reload; nowhere by default. */
  keep?: Keep | null;
  clock?: Clock;
  /** From 0 to 1, 1 excluded. */
  chance?: () => number;
  newId?: () => string;
  openSocket?: (url: string, subprotocol: string) => Socket;
}

interface OpenAim {
  readonly promise: Promise<Encounter | Refused | Unanswered>;
  readonly answer: (answer: Encounter | Refused | Unanswered) => void;
}

const AIM_WITHIN_MS = 10_000;
const FIX_EVERY_MS = 800;
const UNREAD_BYTES = 4_096;

/** The address of `/play` at an origin: `https://x` gives `wss://x/play`. */
export function playUrl(origin: string): string {
  return `${origin.replace(/^http/, "ws").replace(/\/$/, "")}/play`;
}

export class PlayLine {
  readonly #listeners = new Listeners<PlayEvents>();
  readonly #view = new View();
  readonly #clock: Clock;
  readonly #connection: Connection;
  readonly #throws: Throws;
  readonly #aims = new Map<string, OpenAim>();
  #welcome: Welcome | null = null;
  #encounter: Encounter | null = null;
  #fix: FixFields | null = null;
  #fixHeard_ms = Number.NEGATIVE_INFINITY;
  /** In this session. */
  #fixSent: FixFields | null = null;
  #fixSent_ms = Number.NEGATIVE_INFINITY;
  #offset_ms = 0;
  #callOffFix: (() => void) | null = null;
  #callOffExpiry: () => void = () => {};

  constructor(options: PlayOptions) {
    const { token, datum, client, attestation } = options;
    const chance = options.chance ?? Math.random;
    this.#clock = options.clock ?? systemClock;
    const hello: Hello = { type: "hello", token };
    if (datum !== undefined) hello.datum = datum;
    if (client !== undefined) hello.client = client;
    if (attestation !== undefined) hello.attestation = attestation;
    this.#connection = new Connection(
      {
        url: options.url,
        hello,
        encoding: options.encoding ?? json,
        clock: this.#clock,
        chance,
        openSocket: options.openSocket ?? ((url, name) => new WebSocket(url, name) as Socket),
      },
      {
        state: (state) => this.#became(state),
        welcome: (message, asked_ms) => this.#welcomed(message, asked_ms),
        message: (message) => this.#heard(message),
        malformed: (error) => this.#listeners.tell("fault", error),
      },
    );
    this.#throws = new Throws({
      clock: this.#clock,
      chance,
      newId: options.newId ?? newId,
      keep: options.keep ?? null,
      send: (message) => this.#throw(message),
    });
  }

  /** Hear of these from now on; what it returns stops that. */
  on<Name extends keyof PlayEvents>(
    name: Name,
    listener: (event: PlayEvents[Name]) => void,
  ): () => void {
    return this.#listeners.on(name, listener);
  }

  get state(): LineState {
    return this.#connection.state;
  }

  /** Of the newest session: its rules, and who is playing. */
  get welcome(): Welcome | null {
    return this.#welcome;
  }

  get cats(): ReadonlyMap<string, Cat> {
    return this.#view.cats;
  }

  /** The session's open encounter, while its ticket is good: none after a reconnect. */
  get encounter(): Encounter | null {
    const open = this.#encounter;
    return open !== null && open.expires_ms > this.serverNow_ms() ? open : null;
  }

  /** The throw that is not answered yet. */
  get openThrow(): Catch | null {
    return this.#throws.open;
  }

  /** The server's time, about: what `expires_ms` is to be held against. */
  serverNow_ms(): number {
    return this.#clock.now_ms() + this.#offset_ms;
  }

  /** Begin; also: come back after the line ended, or at once where it waits. */
  open(): void {
    this.#connection.open();
  }

  /** Leave. An unanswered throw stays in storage. */
  close(): void {
    this.#connection.close();
  }

  /** What the system says of the network. A hint: it is often wrong. */
  network(isThere: boolean): void {
    if (isThere) this.#connection.hurry();
    else this.#connection.cut();
  }

  /** Where the player is now. The newest only is sent, about one a second, and none waits long. */
  fix(fix: FixFields): void {
    if (fix.at_ms === this.#fix?.at_ms) return; // the system says it twice
    this.#fix = fix;
    this.#fixHeard_ms = this.#clock.now_ms();
    if (this.#callOffFix !== null) return;
    const wait_ms = this.#fixSent_ms + FIX_EVERY_MS - this.#clock.now_ms();
    if (wait_ms <= 0) this.#sendFix();
    else this.#callOffFix = this.#clock.after(wait_ms, () => this.#sendFix());
  }

  /** Raise the phone at a cat. */
  aim(cat: string): Promise<Encounter | Refused | Unanswered> {
    const aimed = this.#aims.get(cat);
    if (aimed !== undefined) return aimed.promise; // two tickets, and only the second would do
    if (this.#callOffFix !== null) this.#sendFix();
    if (!this.#connection.send({ type: "aim", cat })) return Promise.resolve(NO_LINE);
    let answer: OpenAim["answer"] = () => {};
    const promise = new Promise<Encounter | Refused | Unanswered>((resolve) => {
      answer = resolve;
    });
    const callOff = this.#clock.after(AIM_WITHIN_MS, () => {
      this.#answerAim(cat, { type: "unanswered", why: "too_late" });
      this.#connection.cut(); // nothing came for so long: the line is dead, whoever says what
    });
    this.#aims.set(cat, {
      promise,
      answer(said) {
        callOff();
        answer(said);
      },
    });
    return promise;
  }

  /**
   * Throw at a cat that was aimed at. The promise holds through reconnects until there is an answer,
   * or until the line ends. An error while another throw is open.
   */
  catchCat(
    aimed: Pick<Encounter, "cat" | "ticket">,
    fix?: FixFields,
  ): Promise<Caught | Refused | Unanswered> {
    const player = this.#welcome?.player;
    if (player === undefined) return Promise.resolve(NO_LINE);
    return this.#throws.begin(player, aimed, fix);
  }

  /** Do not show this cat again. */
  hide(cat: string): void {
    if (this.#view.hide(cat)) this.#viewChanged();
  }

  #throw(message: Catch): boolean {
    if (this.#throws.sent >= 2) {
      this.#connection.cut();
      return false;
    }
    return this.#connection.send(message);
  }

  #sendFix(): void {
    this.#callOffFix?.();
    this.#callOffFix = null;
    const fix = this.#fix;
    if (fix === null || fix === this.#fixSent || this.#connection.unsent_bytes > UNREAD_BYTES)
      return;
    if (!this.#connection.send({ type: "fix", ...fix })) return;
    this.#fixSent = fix;
    this.#fixSent_ms = this.#clock.now_ms();
  }

  #welcomed(message: Welcome, asked_ms: number): void {
    const now_ms = this.#clock.now_ms();
    this.#offset_ms = message.now_ms - (asked_ms + now_ms) / 2;
    this.#welcome = message;
    this.#encounter = this.#fixSent = null;
    this.#view.clear();
  }

  #became(state: LineState): void {
    if (state.kind === "playing") {
      const welcome = this.#welcome as Welcome;
      this.#listeners.tell("state", state);
      this.#listeners.tell("welcome", welcome);
      this.#viewChanged();
      // The fix first: a throw from where nobody knows of is refused for that alone.
      const fixAge_ms = this.#clock.now_ms() - this.#fixHeard_ms;
      if (fixAge_ms < welcome.rules.fix_max_age_ms) this.#sendFix();
      this.#throws.welcome(welcome.player);
      return;
    }
    this.#encounter = null;
    if (state.kind !== "ended") this.#throws.away();
    else if (state.why === "our_fault")
      this.#throws.forget(); // or it would be so again and again
    else this.#throws.leave();
    for (const cat of [...this.#aims.keys()]) this.#answerAim(cat, NO_LINE);
    this.#listeners.tell("state", state);
  }

  #heard(message: Exclude<ServerMessage, Welcome>): void {
    switch (message.type) {
      case "cats":
        this.#view.absorb(message);
        this.#viewChanged();
        break;
      case "encounter":
        this.#encounter = message;
        this.#answerAim(message.cat, message);
        break;
      case "caught":
        this.hide(message.cat);
        if (message.cat === this.#encounter?.cat) this.#encounter = null;
        if (this.#throws.hear(message)) this.#listeners.tell("caught", message);
        break;
      case "refused":
        this.#refused(message);
        break;
      case "coupon":
        this.#listeners.tell("coupon", message);
        break;
      case "notice":
        this.#listeners.tell("notice", message);
        break;
      case "error":
        this.#listeners.tell("fault", message);
    }
  }

  #refused(message: Refused): void {
    const { cat } = message;
    if (cat !== undefined) {
      const next = whatNext(message);
      if (next === "hide") this.hide(cat);
      else if (next === "drop" && this.#view.drop(cat)) this.#viewChanged();
      if (cat === this.#encounter?.cat && !keepsTicket(message)) this.#encounter = null;
    }
    if (message.attempt === undefined) {
      if (cat !== undefined) this.#answerAim(cat, message);
    } else if (this.#throws.hear(message)) this.#listeners.tell("refused", message);
  }

  #answerAim(cat: string, answer: Encounter | Refused | Unanswered): void {
    const aimed = this.#aims.get(cat);
    this.#aims.delete(cat);
    aimed?.answer(answer);
  }

  #viewChanged(): void {
    this.#callOffExpiry();
    const expires_ms = this.#view.expires_ms;
    if (expires_ms !== null)
      this.#callOffExpiry = this.#clock.after(
        Math.min(Math.max(0, expires_ms - this.serverNow_ms()), 3_600_000) + 1,
        () => {
          this.#view.expire(this.serverNow_ms());
          this.#viewChanged();
        },
      );
    this.#listeners.tell("view", this.#view.cats);
  }
}
