/** How old a position is. Receivers and phones disagree on what time it is; differences count. */

/** A clock that is set is forgotten after so many positions. */
const HELD = 20;

/**
 * `at_ms` may be by another clock than `now_ms`: what arrived quickest, of the last positions, is
 * taken for new (docs/clients.md). Pure.
 */
export class Ages {
  #delays_ms: readonly number[] = [];
  #last_ms: number | null = null;

  /** A position of `at_ms` came now. */
  hear(at_ms: number, now_ms: number): void {
    if (at_ms === this.#last_ms) return; // told again: it only looks late
    this.#last_ms = at_ms;
    this.#delays_ms = [...this.#delays_ms.slice(1 - HELD), now_ms - at_ms];
  }

  of(at_ms: number, now_ms: number): number {
    const skew_ms = Math.min(...this.#delays_ms);
    return Number.isFinite(skew_ms) ? Math.max(0, now_ms - at_ms - skew_ms) : 0;
  }
}

/** Of this phone's receiver. */
export const ages = new Ages();
