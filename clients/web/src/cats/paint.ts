/** Painting a solid's front with what is drawn in the flat. */

import {
  type BufferGeometry,
  CanvasTexture,
  LinearMipmapLinearFilter,
  type Material,
  SpriteMaterial,
  SRGBColorSpace,
} from "three";
import { fill } from "./solid";

/** One element of a drawing: a path in SVG's language, and how it is filled and drawn round. */
export interface Stroke {
  d: string;
  fill?: string;
  line?: string;
  width?: number;
  opacity?: number;
}

/** An ellipse, as a path. */
export function oval(cx: number, cy: number, rx: number, ry: number): string {
  return `M${cx - rx} ${cy}a${rx} ${ry} 0 1 0 ${2 * rx} 0a${rx} ${ry} 0 1 0 ${-2 * rx} 0Z`;
}

/** The square of a drawing that is painted: its middle and half of its side, in drawing units. */
export interface Frame {
  cx: number;
  cy: number;
  half: number;
}

function picture(color: string, strokes: readonly Stroke[], { cx, cy, half }: Frame, size: number) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const brush = canvas.getContext("2d");
  if (brush === null) throw new Error("no 2D canvas");
  brush.fillStyle = color;
  brush.fillRect(0, 0, size, size);
  const scale = size / (2 * half);
  brush.setTransform(scale, 0, 0, scale, size / 2 - cx * scale, size / 2 - cy * scale);
  brush.lineCap = brush.lineJoin = "round";
  for (const stroke of strokes) {
    const path = new Path2D(stroke.d);
    brush.globalAlpha = stroke.opacity ?? 1;
    if (stroke.fill !== undefined) {
      brush.fillStyle = stroke.fill;
      brush.fill(path);
    }
    if (stroke.line !== undefined) {
      brush.strokeStyle = stroke.line;
      brush.lineWidth = stroke.width ?? 4;
      brush.stroke(path);
    }
  }
  const texture = new CanvasTexture(canvas);
  texture.colorSpace = SRGBColorSpace;
  texture.minFilter = LinearMipmapLinearFilter;
  texture.anisotropy = 4;
  return texture;
}

/**
 * Paint the front of a solid (what faces +z) with strokes, straight from ahead; the rest gets the
 * plain colour. The geometry is in hundredths of the frame's units, its y up, the frame's middle
 * at its origin. Gives the two materials that the geometry then has groups for.
 */
export function painted(
  geometry: BufferGeometry,
  color: string,
  strokes: readonly Stroke[],
  frame: Frame,
  size = 512,
): Material[] {
  const at = geometry.getAttribute("position");
  const uv = new Float32Array(at.count * 2);
  const side = frame.half / 50;
  for (let i = 0; i < at.count; i++) {
    uv[2 * i] = at.getX(i) / side + 0.5;
    uv[2 * i + 1] = at.getY(i) / side + 0.5;
  }
  const Attribute = at.constructor as new (array: Float32Array, size: number) => typeof at;
  geometry.setAttribute("uv", new Attribute(uv, 2));
  splitFront(geometry);
  const front = fill("#ffffff");
  front.map = picture(color, strokes, frame, size);
  return [front, fill(color)];
}

function splitFront(geometry: BufferGeometry): void {
  const index = geometry.getIndex();
  const at = geometry.getAttribute("position");
  const corners = index === null ? [...Array(at.count).keys()] : [...index.array];
  const front: number[] = [];
  const back: number[] = [];
  for (let i = 0; i < corners.length; i += 3) {
    const [a = 0, b = 0, c = 0] = corners.slice(i, i + 3);
    const turn =
      (at.getX(b) - at.getX(a)) * (at.getY(c) - at.getY(a)) -
      (at.getY(b) - at.getY(a)) * (at.getX(c) - at.getX(a));
    (turn > 1e-9 ? front : back).push(a, b, c);
  }
  geometry.setIndex([...front, ...back]);
  geometry.clearGroups();
  geometry.addGroup(0, front.length, 0);
  geometry.addGroup(front.length, back.length, 1);
}

/** A soft light around something, for a sprite. */
export function halo(color: string, strength: number): SpriteMaterial {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 128;
  const brush = canvas.getContext("2d");
  if (brush === null) throw new Error("no 2D canvas");
  const light = brush.createRadialGradient(64, 64, 24, 64, 64, 64);
  light.addColorStop(0, color);
  light.addColorStop(1, `${color}00`);
  brush.globalAlpha = strength;
  brush.fillStyle = light;
  brush.fillRect(0, 0, 128, 128);
  const map = new CanvasTexture(canvas);
  map.colorSpace = SRGBColorSpace;
  return new SpriteMaterial({ map, transparent: true, depthWrite: false });
}
