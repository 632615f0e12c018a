/** The throw that is not answered yet. It outlives connections and, with storage, the page. */

import type { Clock } from "./clock";
import type { Catch, Caught, Encounter, FixFields, Refused } from "./messages";

/** Nobody will answer this: the line ended, or the answer took too long. */
export interface Unanswered {
  type: "unanswered";
  why: "no_line" | "too_late";
}

/** What `localStorage` does; on a phone, whatever keeps text at once. */
export type Keep = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export const NO_LINE: Unanswered = { type: "unanswered", why: "no_line" };
const RESEND_MS = 5_000;
const BUSY_MS = 1_000;

interface Open {
  readonly message: Catch;
  readonly player: string;
}

export interface ThrowOptions {
  clock: Clock;
  chance: () => number;
  newId: () => string;
  keep: Keep | null;
  /** False where no session is open. */
  send: (message: Catch) => boolean;
}

export class Throws {
  readonly #options: ThrowOptions;
  readonly #name = "catcat.attempt";
  #open: Open | null = null;
  #answer: ((answer: Caught | Refused | Unanswered) => void) | null = null;
  #callOff: () => void = () => {};
  #sent = 0;

  constructor(options: ThrowOptions) {
    this.#options = options;
    this.#open = this.#kept();
  }

  /** The attempt that waits for its answer, or null. */
  get open(): Catch | null {
    return this.#open?.message ?? null;
  }

  /** How often it was sent on this line, and nothing heard of it. */
  get sent(): number {
    return this.#sent;
  }

  /** Throw. An error while another throw is open: have one at a time. */
  begin(player: string, aimed: Pick<Encounter, "cat" | "ticket">, fix?: FixFields) {
    if (this.#open !== null) throw new Error("one throw at a time");
    const { cat, ticket } = aimed;
    const message: Catch = { type: "catch", attempt: this.#options.newId(), cat, ticket };
    if (fix !== undefined) message.fix = fix;
    this.#open = { message, player };
    this.#save();
    return new Promise<Caught | Refused | Unanswered>((resolve) => {
      this.#answer = resolve;
      this.#send();
    });
  }

  /** A session is open: ask again. */
  welcome(player: string): void {
    if (this.#open !== null && this.#open.player !== player) this.forget();
    this.#sent = 0;
    if (this.#open !== null) this.#send();
  }

  /** The line is gone; the attempt is not. */
  away(): void {
    this.#callOff();
  }

  /** The line ended: nobody waits for the answer any more, but whoever comes back asks for it. */
  leave(): void {
    this.#callOff();
    const tell = this.#answer;
    this.#answer = null;
    tell?.(NO_LINE);
  }

  /** Whether this was the last word on the open attempt. */
  hear(message: Caught | Refused): boolean {
    const open = this.#open;
    if (open === null || message.attempt !== open.message.attempt) return false;
    if (message.type === "refused" && message.reason === "busy") {
      this.#sent = 0; // the line is alive
      this.#again(Math.max(BUSY_MS, message.retry_after_ms ?? 0));
      return false;
    }
    this.#close(message);
    return true;
  }

  /** Give it up: nobody will answer. */
  forget(): void {
    this.#close(NO_LINE);
  }

  #close(answer: Caught | Refused | Unanswered): void {
    this.#callOff();
    const tell = this.#answer;
    this.#open = this.#answer = null;
    this.#save();
    tell?.(answer);
  }

  #send(): void {
    this.#callOff();
    if (this.#open === null || !this.#options.send(this.#open.message)) return;
    this.#sent++;
    this.#again(RESEND_MS);
  }

  #again(wait_ms: number): void {
    this.#callOff();
    const { clock, chance } = this.#options;
    this.#callOff = clock.after(wait_ms + chance() * BUSY_MS, () => this.#send());
  }

  #save(): void {
    try {
      if (this.#open === null) this.#options.keep?.removeItem(this.#name);
      else this.#options.keep?.setItem(this.#name, JSON.stringify(this.#open));
    } catch {
      // Full, or forbidden: then it does not survive a reload.
    }
  }

  #kept(): Open | null {
    try {
      const open = JSON.parse(this.#options.keep?.getItem(this.#name) ?? "null");
      const { attempt, cat, ticket } = open.message;
      const texts = [open.player, attempt, cat, ticket];
      return texts.every((text) => typeof text === "string") ? open : null;
    } catch {
      return null;
    }
  }
}
