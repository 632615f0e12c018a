/**
 * The stage without WebGL: the cat's drawing, moved about. It is as good a game, only flatter, so it
 * has the same methods as the one of `../cats`.
 */

import type { CatOnStage, Flick, Gaze, Stage } from "../cats";
import { turn } from "./ground";

/** How many degrees of the world the stage is wide. */
const VIEW_DEG = 50;
const HIT_DEG = 13;
const WANDER_DEG = 7;
const WANDER_S = 5.2;
const STILL = "(prefers-reduced-motion: reduce)";

export class FlatStage implements Stage {
  readonly #root: HTMLElement;
  readonly #cat = document.createElement("img");
  #shown: CatOnStage | null = null;
  #gaze: Gaze = { heading_deg: 0, pitch_deg: 0 };
  #frame = 0;
  #at_s = 0;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.#cat.className = "flat-cat";
    this.#cat.alt = "";
    root.replaceChildren(this.#cat);
    this.resume();
  }

  show(cat: CatOnStage): void {
    this.#shown = cat;
    this.#cat.src = `/art/${cat.species}.svg`;
    this.#cat.classList.remove("boxed", "gone");
  }

  look(gaze: Gaze): void {
    this.#gaze = gaze;
  }

  aimError(): number | null {
    const right_deg = this.#right_deg();
    return right_deg === null || Math.abs(right_deg) > VIEW_DEG / 2 ? null : Math.abs(right_deg);
  }

  async flick({ dx, dy, speed }: Flick): Promise<"hit" | "miss"> {
    const right_deg = this.#right_deg();
    if (right_deg === null || dy >= 0 || speed < 150) return "miss";
    const thrown_deg = (Math.atan2(dx, -dy) * 180) / Math.PI / 2;
    if (Math.abs(thrown_deg - right_deg) > HIT_DEG) return "miss";
    this.#cat.classList.add("boxed");
    return "hit";
  }

  async caught(): Promise<void> {
    this.#shown = null;
    this.#cat.classList.add("gone");
  }

  missed(): void {
    this.#cat.classList.remove("boxed");
  }

  async fled(): Promise<void> {
    await this.caught();
  }

  pause(): void {
    cancelAnimationFrame(this.#frame);
  }

  resume(): void {
    this.pause();
    const next = (at_ms: number) => {
      this.draw(at_ms / 1000);
      this.#frame = requestAnimationFrame(next);
    };
    next(performance.now());
  }

  destroy(): void {
    this.pause();
    this.#root.replaceChildren();
  }

  /** How far to the right of the middle the cat is now: it never sits quite still. */
  #right_deg(): number | null {
    if (this.#shown === null) return null;
    const round = (this.#at_s / WANDER_S) * 2 * Math.PI;
    const strayed_deg = matchMedia(STILL).matches ? 0 : WANDER_DEG * Math.sin(round);
    return turn(this.#gaze.heading_deg, this.#shown.bearing_deg) + strayed_deg;
  }

  draw(at_s: number): void {
    this.#at_s = at_s;
    const right_deg = this.#right_deg();
    if (right_deg === null) return;
    const x = (right_deg / VIEW_DEG) * this.#root.clientWidth;
    const y = (this.#gaze.pitch_deg / VIEW_DEG) * this.#root.clientHeight * 0.6;
    this.#cat.style.transform = `translate(calc(${x}px - 50%), calc(${y}px - 50%))`;
  }
}
