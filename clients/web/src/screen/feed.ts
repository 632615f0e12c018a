/** The line to the server: news by server-sent events, and back again whenever it breaks. */

import type { News } from "./news";

/** `live`: news comes. `quiet`: it should and does not. `lost`: no line, it is tried again. */
export type FeedState = "waiting" | "live" | "quiet" | "lost";

/** As much of an EventSource as is used. */
export interface Source {
  addEventListener(name: string, heard: (event: MessageEvent<string>) => void): void;
  onerror: ((event: Event) => void) | null;
  close(): void;
}

export interface FeedOptions {
  open: () => Source;
  heard: (news: News, isStart: boolean) => void;
  changed: (state: FeedState) => void;
  random?: () => number;
}

const QUIET_MS = 6_000;
/** A line that has said nothing for so long is taken for dead, whatever the browser thinks. */
const DEAD_MS = 20_000;
const AGAIN_MS = 1_000;
const AGAIN_MOST_MS = 15_000;

/** How long to wait before the `tries`-th attempt: twice as long each time, and never in step. */
export function pause_ms(tries: number, random: () => number): number {
  return Math.min(AGAIN_MOST_MS, AGAIN_MS * 2 ** tries) * (0.5 + random());
}

/** Opens the line and keeps it. It never gives up: a wall has nobody to press reload. */
export class Feed {
  #options: FeedOptions;
  #random: () => number;
  #source: Source | null = null;
  #tries = 0;
  #again: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setTimeout> | undefined;
  #state: FeedState = "waiting";

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  open(): void {
    this.close();
    const source = this.#options.open();
    this.#source = source;
    source.addEventListener("start", (event) => this.#heard(event.data, true));
    source.addEventListener("second", (event) => this.#heard(event.data, false));
    source.onerror = () => this.#lost();
    this.#watchFor(DEAD_MS, () => this.#lost());
  }

  close(): void {
    clearTimeout(this.#again);
    clearTimeout(this.#watch);
    this.#source?.close();
    this.#source = null;
  }

  #heard(data: string, isStart: boolean): void {
    this.#tries = 0;
    this.#become("live");
    this.#watchFor(QUIET_MS, () => {
      this.#become("quiet");
      this.#watchFor(DEAD_MS - QUIET_MS, () => this.#lost());
    });
    this.#options.heard(JSON.parse(data) as News, isStart);
  }

  #lost(): void {
    this.close();
    if (this.#state !== "waiting") this.#become("lost");
    this.#again = setTimeout(() => this.open(), pause_ms(this.#tries, this.#random));
    this.#tries += 1;
  }

  #watchFor(after_ms: number, then: () => void): void {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(then, after_ms);
  }

  #become(state: FeedState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.changed(state);
  }
}
