/**
 * The city by night, drawn once and again when the window or the stores change.
 *
 * There are no streets to draw, so the stores make the map: lines of equal closeness to them are its
 * coast, threads between neighbours its roads, and every store is a dim lamp.
 */

import type { Chart, Degrees, Point } from "./chart";
import { glow, type Size } from "./paint";

const LAMPS_MOST = 1_500;
const THREADS_MOST = 500;
const COASTS = [0.12, 0.3, 0.6, 1.1, 1.9];

export function drawGround(
  pen: CanvasRenderingContext2D,
  size: Size,
  chart: Chart,
  stores: readonly Degrees[],
): void {
  const { width, height, unit } = size;
  const points = stores.slice(0, LAMPS_MOST).map(([lat, lon]) => chart.at(lat, lon));
  pen.clearRect(0, 0, width, height);
  night(pen, width, height, points);
  if (points.length === 0) return;
  const field = closeness(points, width, height, unit);
  coast(pen, field, unit);
  lattice(pen, field, width, height, unit);
  threads(pen, points.slice(0, THREADS_MOST), unit);
  lamps(pen, points, unit);
}

function night(pen: CanvasRenderingContext2D, width: number, height: number, points: Point[]) {
  pen.fillStyle = "#0f0b17";
  pen.fillRect(0, 0, width, height);
  const middle = centre(points) ?? { x: width / 2, y: height / 2 };
  const far = Math.hypot(width, height) * 0.62;
  const sky = pen.createRadialGradient(middle.x, middle.y, 0, middle.x, middle.y, far);
  sky.addColorStop(0, "#2b1f45");
  sky.addColorStop(0.35, "#1d1533");
  sky.addColorStop(1, "#0f0b17");
  pen.fillStyle = sky;
  pen.fillRect(0, 0, width, height);
}

function centre(points: Point[]): Point | null {
  if (points.length === 0) return null;
  const sum = points.reduce((a, b) => ({ x: a.x + b.x, y: a.y + b.y }));
  return { x: sum.x / points.length, y: sum.y / points.length };
}

/** How close stores are, on a grid over the screen. */
interface Field {
  columns: number;
  rows: number;
  step: number;
  values: Float32Array;
}

function closeness(points: Point[], width: number, height: number, unit: number): Field {
  const step = Math.max(8, unit * 0.55);
  const columns = Math.ceil(width / step) + 1;
  const rows = Math.ceil(height / step) + 1;
  const values = new Float32Array(columns * rows);
  const wide = unit * 3.4;
  const reach = Math.ceil((wide * 2.6) / step);
  for (const { x, y } of points) {
    const column = Math.round(x / step);
    const row = Math.round(y / step);
    for (let r = Math.max(0, row - reach); r <= Math.min(rows - 1, row + reach); r += 1)
      for (
        let c = Math.max(0, column - reach);
        c <= Math.min(columns - 1, column + reach);
        c += 1
      ) {
        const far2 = (c * step - x) ** 2 + (r * step - y) ** 2;
        const at = r * columns + c;
        values[at] = (values[at] ?? 0) + Math.exp(-far2 / (2 * wide * wide));
      }
  }
  return { columns, rows, step, values };
}

/** Lines of equal closeness (marching squares). */
function coast(pen: CanvasRenderingContext2D, field: Field, unit: number): void {
  pen.save();
  pen.lineJoin = "round";
  COASTS.forEach((level, index) => {
    pen.beginPath();
    trace(pen, field, level);
    pen.strokeStyle = `rgb(134 150 255 / ${0.3 - index * 0.045})`;
    pen.lineWidth = Math.max(1, unit * (index === 0 ? 0.07 : 0.04));
    pen.shadowColor = "rgb(120 130 255 / .8)";
    pen.shadowBlur = index === 0 ? unit * 0.7 : 0;
    pen.stroke();
  });
  pen.restore();
}

function trace(pen: CanvasRenderingContext2D, field: Field, level: number): void {
  const { columns, rows, step, values } = field;
  for (let r = 0; r < rows - 1; r += 1)
    for (let c = 0; c < columns - 1; c += 1) {
      const at = r * columns + c;
      const a = (values[at] ?? 0) - level;
      const b = (values[at + 1] ?? 0) - level;
      const d = (values[at + columns] ?? 0) - level;
      const e = (values[at + columns + 1] ?? 0) - level;
      const cuts: number[] = [];
      if (a > 0 !== b > 0) cuts.push(c + a / (a - b), r);
      if (b > 0 !== e > 0) cuts.push(c + 1, r + b / (b - e));
      if (d > 0 !== e > 0) cuts.push(c + d / (d - e), r + 1);
      if (a > 0 !== d > 0) cuts.push(c, r + a / (a - d));
      for (let i = 0; i + 3 < cuts.length; i += 4) {
        pen.moveTo((cuts[i] ?? 0) * step, (cuts[i + 1] ?? 0) * step);
        pen.lineTo((cuts[i + 2] ?? 0) * step, (cuts[i + 3] ?? 0) * step);
      }
    }
}

/** A faint honeycomb, as the game counts places: there where the city is. */
function lattice(
  pen: CanvasRenderingContext2D,
  field: Field,
  width: number,
  height: number,
  unit: number,
): void {
  const radius = unit * 1.1;
  const across = radius * Math.sqrt(3);
  pen.lineWidth = 1;
  for (let row = 0; row * radius * 1.5 < height + radius; row += 1)
    for (let column = 0; column * across < width + across; column += 1) {
      const x = column * across + (row % 2) * (across / 2);
      const y = row * radius * 1.5;
      const at = Math.round(y / field.step) * field.columns + Math.round(x / field.step);
      const close = Math.min(1, field.values[at] ?? 0);
      if (close < 0.04) continue;
      pen.beginPath();
      for (let corner = 0; corner < 6; corner += 1) {
        const angle = (Math.PI / 3) * corner + Math.PI / 6;
        pen.lineTo(x + Math.cos(angle) * radius * 0.93, y + Math.sin(angle) * radius * 0.93);
      }
      pen.closePath();
      pen.strokeStyle = `rgb(160 150 255 / ${0.085 * close})`;
      pen.stroke();
    }
}

/** Every store to the nearest that is in the net already, and to its next neighbours. */
function threads(pen: CanvasRenderingContext2D, points: Point[], unit: number): void {
  pen.save();
  pen.globalCompositeOperation = "lighter";
  pen.lineWidth = Math.max(1, unit * 0.06);
  for (const [from, to] of net(points)) {
    const bend = ((from.x * 7 + to.y * 3) % 10) / 10 - 0.5;
    const x = (from.x + to.x) / 2 + (to.y - from.y) * bend * 0.25;
    const y = (from.y + to.y) / 2 - (to.x - from.x) * bend * 0.25;
    pen.beginPath();
    pen.moveTo(from.x, from.y);
    pen.quadraticCurveTo(x, y, to.x, to.y);
    pen.strokeStyle = "rgb(255 176 96 / .17)";
    pen.stroke();
  }
  pen.restore();
}

function net(points: Point[]): [Point, Point][] {
  const edges: [Point, Point][] = [];
  const inside: Point[] = points.slice(0, 1);
  const outside = points.slice(1);
  while (outside.length > 0) {
    let best: { from: Point; index: number; far: number } | null = null;
    outside.forEach((point, index) => {
      for (const from of inside) {
        const far = Math.hypot(point.x - from.x, point.y - from.y);
        if (best === null || far < best.far) best = { from, index, far };
      }
    });
    if (best === null) break;
    const { from, index } = best as { from: Point; index: number };
    const [next] = outside.splice(index, 1);
    if (next === undefined) break;
    edges.push([from, next]);
    inside.push(next);
  }
  return edges;
}

function lamps(pen: CanvasRenderingContext2D, points: Point[], unit: number): void {
  const lamp = glow("255 190 110");
  pen.save();
  pen.globalCompositeOperation = "lighter";
  for (const { x, y } of points) {
    pen.globalAlpha = 0.34;
    pen.drawImage(lamp, x - unit * 1.3, y - unit * 1.3, unit * 2.6, unit * 2.6);
    pen.globalAlpha = 0.9;
    pen.drawImage(lamp, x - unit * 0.3, y - unit * 0.3, unit * 0.6, unit * 0.6);
  }
  pen.restore();
}
