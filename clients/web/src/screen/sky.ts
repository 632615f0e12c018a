/**
 * The lights over the city, without a canvas: which of them shine at a moment, and how brightly.
 *
 * Everything here has a bound, whatever comes: a screen runs for days, and a midnight of 200 catches
 * a second must cost a frame no more than a few hundred pictures to draw.
 */

import type { Light } from "./news";

/** Catches that are burning at once; one more puts out the oldest. */
export const BURSTS_MOST = 360;
/** Catches of the coming second that wait for their moment. */
export const WAITING_MOST = 600;
/** Cells that still glow of what was caught there. */
export const EMBERS_MOST = 300;

export const BURST_MS = 1_700;
const EMBER_HALF_LIFE_MS = 14_000;
const EMBER_MOST = 12;
const EMBER_GONE = 0.15;

/** One catch that lights up: its place, when it begins, and what it looks like. */
export interface Burst {
  lat: number;
  lon: number;
  /** In parts of the screen, for what is celebrated and not caught; then it has no place. */
  at: { x: number; y: number } | null;
  begun_ms: number;
  /** 0 to 1, for everything about it that is drawn by lot. */
  lot: number;
}

/** What is left of the catches in a cell; `heat` falls by half every so often. */
export interface Ember {
  lat: number;
  lon: number;
  radius_m: number;
  heat: number;
  at_ms: number;
}

export class Sky {
  /** Oldest first. */
  readonly bursts: Burst[] = [];
  readonly embers = new Map<string, Ember>();
  /** Catches that have lit up since the page was opened. */
  lit = 0;
  #waiting: Burst[] = [];
  #random: () => number;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Have the catches of a second light up one by one between now and `over_ms` later. */
  add(lights: readonly Light[], now_ms: number, over_ms: number): void {
    for (const [lat, lon, radius_m, catches] of lights) {
      for (let each = 0; each < catches && this.#waiting.length < WAITING_MOST; each += 1) {
        // Anywhere in the cell: nobody knows where it was, and the wall must not pretend to.
        const away_m = radius_m * 0.8 * Math.sqrt(this.#random());
        const towards = this.#random() * 2 * Math.PI;
        this.#waiting.push({
          lat: lat + (away_m * Math.cos(towards)) / 111_195,
          lon: lon + (away_m * Math.sin(towards)) / (111_195 * Math.cos((lat * Math.PI) / 180)),
          begun_ms: now_ms + this.#random() * over_ms,
          lot: this.#random(),
          at: null,
        });
      }
      this.#warm(lat, lon, radius_m, catches, now_ms);
    }
    this.#waiting.sort((a, b) => b.begun_ms - a.begun_ms);
  }

  /** Fireworks: so many lights anywhere, of no catches. */
  cheer(count: number, now_ms: number, over_ms: number): void {
    for (let each = 0; each < count && this.#waiting.length < WAITING_MOST; each += 1)
      this.#waiting.push({
        lat: 0,
        lon: 0,
        at: { x: this.#random(), y: this.#random() },
        begun_ms: now_ms + this.#random() * over_ms,
        lot: this.#random(),
      });
    this.#waiting.sort((a, b) => b.begun_ms - a.begun_ms);
  }

  /** A new store: one light of its own, which is no catch either. */
  welcome(lat: number, lon: number, now_ms: number): void {
    this.bursts.push({ lat, lon, at: null, begun_ms: now_ms, lot: 0.99 });
  }

  /** Let begin what is due, and end what is over. */
  step(now_ms: number): void {
    for (let next = this.#waiting.at(-1); next && next.begun_ms <= now_ms; ) {
      this.#waiting.pop();
      this.bursts.push(next);
      if (next.at === null) this.lit += 1;
      next = this.#waiting.at(-1);
    }
    const first = this.bursts.findIndex((burst) => burst.begun_ms > now_ms - BURST_MS);
    const over = first < 0 ? this.bursts.length : first;
    this.bursts.splice(0, Math.max(over, this.bursts.length - BURSTS_MOST));
    for (const [key, ember] of this.embers)
      if (heat(ember, now_ms) < EMBER_GONE) this.embers.delete(key);
  }

  /** Forget what nobody saw, after a time in which the page was hidden. */
  clear(): void {
    this.#waiting.length = 0;
    this.bursts.length = 0;
  }

  #warm(lat: number, lon: number, radius_m: number, catches: number, now_ms: number): void {
    const key = `${lat} ${lon} ${radius_m}`;
    const before = this.embers.get(key);
    const left = before === undefined ? 0 : heat(before, now_ms);
    if (before === undefined && this.embers.size >= EMBERS_MOST) {
      const oldest = this.embers.keys().next().value;
      if (oldest !== undefined) this.embers.delete(oldest);
    }
    this.embers.delete(key);
    const now = Math.min(EMBER_MOST, left + catches);
    this.embers.set(key, { lat, lon, radius_m, heat: now, at_ms: now_ms });
  }
}

/** How warm an ember still is. */
export function heat(ember: Ember, now_ms: number): number {
  return ember.heat * 0.5 ** ((now_ms - ember.at_ms) / EMBER_HALF_LIFE_MS);
}
