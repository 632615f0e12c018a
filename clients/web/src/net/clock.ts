/** Time, as the library asks for it; tests bring their own. */

export interface Clock {
  /** Epoch milliseconds. Best is a clock that only goes forward. */
  now_ms(): number;
  /** Call once, `delay_ms` from now; what it returns calls that off. */
  after(delay_ms: number, then: () => void): () => void;
}

/** The machine's time, which nobody sets back meanwhile. */
export const systemClock: Clock = {
  now_ms: () => performance.timeOrigin + performance.now(),
  after(delay_ms, then) {
    const timer = setTimeout(then, delay_ms);
    return () => clearTimeout(timer);
  },
};
