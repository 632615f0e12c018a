/** Draws the sky onto a canvas: soft pictures that were made once, added up as light. */

import type { Chart } from "./chart";
import { BURST_MS, type Burst, heat, type Sky } from "./sky";

/** Pictures drawn in one frame at most; sparks are left out first. */
export const PICTURES_MOST = 1_600;
const SPARKS = 5;
/** One in so many leaves a paw print. */
const PAWS = 0.4;
/** So many lights at once shine in full. */
const FEW = 18;

type Brush = OffscreenCanvas | HTMLCanvasElement;

interface Tint {
  glow: Brush;
  ring: Brush;
}

const TINTS = ["255 184 92", "255 122 110", "255 214 140", "120 214 205"];

/** The canvas in CSS pixels, and how large things on it are: about a fortieth of its room. */
export interface Size {
  width: number;
  height: number;
  unit: number;
}

export interface Painter {
  /** Draw a frame; how many pictures it took. */
  draw: (sky: Sky, chart: Chart, now_ms: number) => number;
}

/** A painter on a canvas; `still` leaves out all that moves but the coming and going of light. */
export function painter(pen: CanvasRenderingContext2D, size: Size, still: boolean): Painter {
  const { unit } = size;
  const tints: Tint[] = TINTS.map((rgb) => ({ glow: glow(rgb), ring: ring(rgb) }));
  const paw = pawPrint();
  const ember = glow("255 150 70");
  let pictures = 0;

  function put(brush: Brush, x: number, y: number, size: number, alpha: number): void {
    pen.globalAlpha = alpha;
    pen.drawImage(brush, x - size / 2, y - size / 2, size, size);
    pictures += 1;
  }

  /** How bright and large each is, so that a crowd of them is a glow and no white hole. */
  let bright = 1;
  let large = 1;

  function burst(one: Burst, chart: Chart, now_ms: number, sparks: number): void {
    const t = (now_ms - one.begun_ms) / BURST_MS;
    const { x, y } = one.at
      ? { x: one.at.x * size.width, y: one.at.y * size.height }
      : chart.at(one.lat, one.lon);
    const tint = tints[Math.floor(one.lot * tints.length)] ?? tints[0];
    if (tint === undefined) return;
    const fade = (1 - t) ** 2;
    if (still) {
      put(tint.glow, x, y, unit * 5, Math.sin(Math.PI * t) * 0.8);
      return;
    }
    const flash = t < 0.08 ? t / 0.08 : fade;
    put(tint.glow, x, y, unit * large * (2.5 + 4 * easeOut(t)), flash * 0.6 * bright);
    put(tint.glow, x, y, unit * 1.4 * (1.4 - t), flash * (0.35 + 0.65 * bright));
    put(tint.ring, x, y, unit * large * (1 + 7 * easeOut(t)), fade * 0.5 * bright);
    if ((one.lot * 97) % 1 < PAWS * bright) {
      const up = unit * (1 + 3.2 * easeOut(t));
      put(paw, x + Math.sin(t * 5 + one.lot * 9) * unit * 0.35, y - up, unit * 1.5, fade);
    }
    for (let each = 0; each < sparks; each += 1) {
      const angle = one.lot * 50 + (each * 2 * Math.PI) / SPARKS;
      const away = unit * (0.4 + (2.4 + (each % 3)) * easeOut(t));
      put(tint.glow, x + Math.cos(angle) * away, y + Math.sin(angle) * away, unit * 0.55, fade);
    }
  }

  return {
    draw(sky, chart, now_ms) {
      pictures = 0;
      pen.globalCompositeOperation = "lighter";
      for (const one of sky.embers.values()) {
        const { x, y } = chart.at(one.lat, one.lon);
        const size = Math.max(unit * 3, Math.min(unit * 16, one.radius_m * chart.metre * 2.6));
        put(ember, x, y, size, Math.min(0.34, heat(one, now_ms) * 0.05));
      }
      bright = Math.min(1, Math.sqrt(FEW / (sky.bursts.length || 1)));
      large = Math.min(1, bright ** 0.5);
      const room = PICTURES_MOST - pictures - sky.bursts.length * 4;
      const sparks = Math.max(0, Math.min(SPARKS, Math.floor(room / (sky.bursts.length || 1))));
      for (const one of sky.bursts) burst(one, chart, now_ms, sparks);
      pen.globalAlpha = 1;
      return pictures;
    },
  };
}

function easeOut(t: number): number {
  return 1 - (1 - t) ** 3;
}

function brush(size: number, paint: (pen: CanvasRenderingContext2D) => void): HTMLCanvasElement {
  const made = document.createElement("canvas");
  made.width = made.height = size;
  const pen = made.getContext("2d");
  if (pen !== null) paint(pen);
  return made;
}

/** A light that is brightest in the middle. */
export function glow(rgb: string): HTMLCanvasElement {
  return brush(128, (pen) => {
    const light = pen.createRadialGradient(64, 64, 0, 64, 64, 64);
    light.addColorStop(0, `rgb(${rgb} / 1)`);
    light.addColorStop(0.18, `rgb(${rgb} / .55)`);
    light.addColorStop(0.45, `rgb(${rgb} / .16)`);
    light.addColorStop(1, `rgb(${rgb} / 0)`);
    pen.fillStyle = light;
    pen.fillRect(0, 0, 128, 128);
  });
}

function ring(rgb: string): HTMLCanvasElement {
  return brush(192, (pen) => {
    const light = pen.createRadialGradient(96, 96, 62, 96, 96, 94);
    light.addColorStop(0, `rgb(${rgb} / 0)`);
    light.addColorStop(0.72, `rgb(${rgb} / .5)`);
    light.addColorStop(0.84, `rgb(${rgb} / .85)`);
    light.addColorStop(1, `rgb(${rgb} / 0)`);
    pen.fillStyle = light;
    pen.fillRect(0, 0, 192, 192);
  });
}

/** What a cat leaves behind. */
function pawPrint(): HTMLCanvasElement {
  return brush(96, (pen) => {
    pen.fillStyle = "#fff1d6";
    for (const [x, y, rx, ry] of [
      [48, 62, 19, 16],
      [22, 44, 8, 11],
      [38, 27, 8.5, 12],
      [58, 27, 8.5, 12],
      [74, 44, 8, 11],
    ] as const) {
      pen.beginPath();
      pen.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI);
      pen.fill();
    }
  });
}
