/** What happens on the stage for a while, one thing after the other. */

export interface Act {
  /** 0 for what happens at once. */
  duration_s: number;
  /** `part` grows from 0 to 1; 1 comes exactly once, at the end. */
  step(part: number): void;
}

interface Playing extends Act {
  from_s: number | null;
  done(): void;
}

/** A row of acts. Its time is what `advance` is told; nothing moves without it. */
export class Acts {
  private readonly row: Playing[] = [];

  get isIdle(): boolean {
    return this.row.length === 0;
  }

  /** Put an act at the end of the row. The promise holds when it has been played, or dropped. */
  play(act: Act): Promise<void> {
    return new Promise((done) => {
      this.row.push({ ...act, from_s: null, done });
    });
  }

  advance(now_s: number): void {
    for (let act = this.row[0]; act !== undefined; act = this.row[0]) {
      act.from_s ??= now_s;
      const part = act.duration_s > 0 ? (now_s - act.from_s) / act.duration_s : 1;
      act.step(Math.min(1, part));
      if (part < 1) return;
      this.row.shift();
      act.done();
    }
  }

  /** Drop what is left, unplayed. */
  clear(): void {
    for (const act of this.row.splice(0)) act.done();
  }
}

/** Slow at both ends. */
export function eased(part: number): number {
  return part * part * (3 - 2 * part);
}

/** Past the end and back. */
export function springy(part: number): number {
  const rest = part - 1;
  return 1 + 2.7 * rest ** 3 + 1.7 * rest ** 2;
}
