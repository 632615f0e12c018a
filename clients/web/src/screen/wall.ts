/** The two canvases: the city, drawn when it changes, and the lights above it, drawn every frame. */

import { Chart, type Degrees } from "./chart";
import { drawGround } from "./ground";
import type { Light } from "./news";
import { type Painter, painter } from "./paint";
import { Sky } from "./sky";

/** Lights are soft, so they need no more pixels than this however large the wall is. */
const LIGHT_PIXELS_MOST = 2_100_000;
const GROUND_PIXELS_MOST = 8_300_000;
const SECOND_MS = 1_000;
const FIREWORKS_PER_S = 14;

export class Wall {
  readonly sky = new Sky();
  /** Frames drawn, and the most pictures that one of them took. */
  readonly work = { frames: 0, most: 0 };
  #ground: HTMLCanvasElement;
  #lights: HTMLCanvasElement;
  #room: HTMLElement;
  #also: (now_ms: number) => void;
  #stores: readonly Degrees[] = [];
  #chart = new Chart([], { left: 0, top: 0, width: 1, height: 1 });
  #painter: Painter | null = null;
  #frame = 0;
  #resized: ResizeObserver;
  #still = matchMedia("(prefers-reduced-motion: reduce)");

  /** `room` is the part of the screen that nothing else covers; `also` is called every frame. */
  constructor(
    ground: HTMLCanvasElement,
    lights: HTMLCanvasElement,
    room: HTMLElement,
    also: (now_ms: number) => void,
  ) {
    this.#ground = ground;
    this.#lights = lights;
    this.#room = room;
    this.#also = also;
    this.#resized = new ResizeObserver(() => this.#fit());
  }

  begin(): void {
    this.#resized.observe(this.#ground);
    this.#resized.observe(this.#room);
    this.#still.addEventListener("change", this.#fit);
    document.addEventListener("visibilitychange", this.#seen);
    this.#frame = requestAnimationFrame(this.#draw);
  }

  end(): void {
    cancelAnimationFrame(this.#frame);
    this.#resized.disconnect();
    this.#still.removeEventListener("change", this.#fit);
    document.removeEventListener("visibilitychange", this.#seen);
  }

  /** The stores of the city. */
  place(stores: readonly Degrees[]): void {
    this.#stores = stores;
    this.#fit();
  }

  /** The catches of a second. */
  light(lights: readonly Light[]): void {
    if (document.hidden) return;
    this.sky.add(lights, performance.now(), SECOND_MS);
  }

  /** A store that has just opened. */
  welcome(lat: number, lon: number): void {
    if (this.#stores.some(([north, east]) => north === lat && east === lon)) return;
    this.place([...this.#stores, [lat, lon]]);
    this.sky.welcome(lat, lon, performance.now());
  }

  /** A second of fireworks. */
  cheer(): void {
    if (!document.hidden) this.sky.cheer(FIREWORKS_PER_S, performance.now(), SECOND_MS);
  }

  #seen = (): void => {
    this.sky.clear();
  };

  #fit = (): void => {
    const { width, height } = this.#ground.getBoundingClientRect();
    if (width === 0 || height === 0) return;
    const map = this.#ground.getBoundingClientRect();
    const free = this.#room.getBoundingClientRect();
    const room = {
      left: free.left - map.left,
      top: free.top - map.top,
      width: free.width,
      height: free.height,
    };
    this.#chart = new Chart(this.#stores, room);
    const unit = Math.max(9, Math.min(free.width, free.height) / 42);
    const ground = sized(this.#ground, width, height, GROUND_PIXELS_MOST);
    const size = { width, height, unit };
    if (ground) drawGround(ground, size, this.#chart, this.#stores);
    const lights = sized(this.#lights, width, height, LIGHT_PIXELS_MOST);
    if (lights) this.#painter = painter(lights, size, this.#still.matches);
  };

  #draw = (now_ms: number): void => {
    this.#frame = requestAnimationFrame(this.#draw);
    const pen = this.#lights.getContext("2d");
    if (pen !== null && this.#painter !== null) {
      pen.clearRect(0, 0, this.#lights.width, this.#lights.height);
      this.sky.step(now_ms);
      const pictures = this.#painter.draw(this.sky, this.#chart, now_ms);
      this.work.most = Math.max(this.work.most, pictures);
    }
    this.#also(now_ms);
    this.work.frames += 1;
  };
}

/** A canvas with as many pixels as it is large, or as are allowed; its pen counts in CSS pixels. */
function sized(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  most: number,
): CanvasRenderingContext2D | null {
  const ratio = Math.min(devicePixelRatio, Math.sqrt(most / (width * height)));
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d");
  pen?.setTransform(ratio, 0, 0, ratio, 0, 0);
  return pen;
}
