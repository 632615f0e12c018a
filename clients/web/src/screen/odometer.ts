/** Counters that run: the number rolls to what was said last, over the second until the next. */

/** A value that moves evenly to its goal and never back, unless it counts what can fall. */
export class Running {
  #from = 0;
  #goal = 0;
  #begun_ms = 0;
  #over_ms = 1;

  get goal(): number {
    return this.#goal;
  }

  /** Be at `value` when `over_ms` have passed. */
  to(value: number, now_ms: number, over_ms: number): void {
    this.#from = this.at(now_ms);
    this.#goal = value;
    this.#begun_ms = now_ms;
    this.#over_ms = Math.max(1, over_ms);
  }

  at(now_ms: number): number {
    const t = Math.min(1, Math.max(0, (now_ms - this.#begun_ms) / this.#over_ms));
    return this.#from + (this.#goal - this.#from) * t;
  }
}

/** How far each wheel has turned, the last digit first: a wheel moves while the one below passes 9. */
export function wheels(value: number, count: number): number[] {
  const turned: number[] = [];
  let roll = value - Math.floor(value);
  let rest = Math.floor(value);
  for (let place = 0; place < count; place += 1) {
    const digit = rest % 10;
    turned.push(digit + roll);
    roll = digit === 9 ? roll : 0;
    rest = Math.floor(rest / 10);
  }
  return turned;
}

const FEWEST = 1;

/** The wheels of a number in the page. They are only touched where they turn. */
export class Odometer {
  readonly running = new Running();
  #box: HTMLElement;
  #wheels: HTMLElement[] = [];
  #shown: string[] = [];

  constructor(box: HTMLElement) {
    this.#box = box;
  }

  /** Show the number as it is now; how many wheels moved. */
  draw(now_ms: number): number {
    const value = this.running.at(now_ms);
    const digits = Math.max(FEWEST, String(Math.floor(Math.max(value, this.running.goal))).length);
    if (digits !== this.#wheels.length) this.#rebuild(digits);
    let moved = 0;
    wheels(value, digits).forEach((turned, place) => {
      const shown = `translateY(${(-turned).toFixed(2)}em)`;
      const wheel = this.#wheels[place];
      if (wheel === undefined || this.#shown[place] === shown) return;
      wheel.style.transform = shown;
      this.#shown[place] = shown;
      moved += 1;
    });
    return moved;
  }

  #rebuild(digits: number): void {
    this.#wheels = [];
    this.#shown = [];
    const parts: HTMLElement[] = [];
    for (let place = digits - 1; place >= 0; place -= 1) {
      const slot = document.createElement("span");
      slot.className = "wheel";
      const wheel = document.createElement("span");
      wheel.textContent = "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n0";
      slot.append(wheel);
      parts.push(slot);
      this.#wheels[place] = wheel;
      if (place > 0 && place % 3 === 0) {
        const comma = document.createElement("span");
        comma.className = "comma";
        comma.textContent = ",";
        parts.push(comma);
      }
    }
    this.#box.style.setProperty("--digits", String(digits));
    this.#box.replaceChildren(...parts);
  }
}
