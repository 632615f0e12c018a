/** The cats that a player may see now. */

import type { Cat, Cats } from "./messages";

export class View {
  #cats: ReadonlyMap<string, Cat> = new Map();
  readonly #hidden = new Set<string>();

  /** By id. Never changed in place: another map is another view. */
  get cats(): ReadonlyMap<string, Cat> {
    return this.#cats;
  }

  /** When the first of them goes home, on the server's clock; null without any. */
  get expires_ms(): number | null {
    let first: number | null = null;
    for (const cat of this.#cats.values())
      if (first === null || cat.expires_ms < first) first = cat.expires_ms;
    return first;
  }

  absorb(message: Cats): void {
    const now = new Map(this.#cats);
    for (const cat of message.appear) if (!this.#hidden.has(cat.id)) now.set(cat.id, cat);
    for (const id of message.vanish) now.delete(id);
    this.#cats = now;
  }

  /** Whether it was there. */
  drop(id: string): boolean {
    if (!this.#cats.has(id)) return false;
    const now = new Map(this.#cats);
    now.delete(id);
    this.#cats = now;
    return true;
  }

  /** Never show it again, whatever server says that it is there. */
  hide(id: string): boolean {
    this.#hidden.add(id);
    return this.drop(id);
  }

  /** Take out who has gone home by then, and say whether anybody had. */
  expire(now_ms: number): boolean {
    const left = [...this.#cats].filter(([, cat]) => cat.expires_ms > now_ms);
    if (left.length === this.#cats.size) return false;
    this.#cats = new Map(left);
    return true;
  }

  /** A new session knows nothing of the old one's view; who is hidden stays so. */
  clear(): void {
    this.#cats = new Map();
  }
}
