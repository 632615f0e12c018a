/**
 * Solids in the hand of the drawings: flat fills in three shades and an ink line around them.
 *
 * Lengths are hundredths of a drawing's unit, so that a drawing's numbers can be used as they are:
 * `x(120)` is its middle, `y(222)` its ground.
 */

import {
  BackSide,
  BufferGeometry,
  CatmullRomCurve3,
  Color,
  CurvePath,
  DataTexture,
  DoubleSide,
  ExtrudeGeometry,
  LatheGeometry,
  LineCurve3,
  type Material,
  Mesh,
  MeshBasicMaterial,
  MeshToonMaterial,
  NearestFilter,
  RedFormat,
  Shape,
  SphereGeometry,
  TubeGeometry,
  Vector2,
  Vector3,
} from "three";
import { mergeGeometries, mergeVertices } from "three/examples/jsm/utils/BufferGeometryUtils.js";

export const INK = "#3a2b3f";
/** The line's width outside of a solid: half of the drawings' five units. */
export const LINE = 0.024;

export const x = (drawn: number): number => (drawn - 120) / 100;
export const y = (drawn: number): number => (222 - drawn) / 100;

const shades = new DataTexture(new Uint8Array([0, 140, 255]), 3, 1, RedFormat);
shades.minFilter = shades.magFilter = NearestFilter;
shades.needsUpdate = true;

/** A flat fill that falls into shade in two steps. */
export function fill(color: string, opacity = 1): MeshToonMaterial {
  return new MeshToonMaterial({
    color,
    gradientMap: shades,
    side: DoubleSide,
    ...(opacity < 1 ? { transparent: true, opacity, depthWrite: false } : {}),
  });
}

/** A fill that light does not change. */
export function glow(color: string, opacity = 1): MeshBasicMaterial {
  return new MeshBasicMaterial({
    color,
    ...(opacity < 1 ? { transparent: true, opacity, depthWrite: false } : {}),
  });
}

/** The same surface, so far outside; seen from within it is a line around the solid. */
function hull(geometry: BufferGeometry, width: number): BufferGeometry {
  const bare = new BufferGeometry();
  bare.setAttribute("position", geometry.getAttribute("position").clone());
  bare.setIndex(geometry.getIndex()?.clone() ?? null);
  const shell = mergeVertices(bare, 1e-3);
  shell.computeVertexNormals();
  const at = shell.getAttribute("position");
  const out = shell.getAttribute("normal");
  for (let i = 0; i < at.count; i++)
    at.setXYZ(
      i,
      at.getX(i) + width * out.getX(i),
      at.getY(i) + width * out.getY(i),
      at.getZ(i) + width * out.getZ(i),
    );
  return shell;
}

/** A line around a solid, as a child of it. */
export function outline(mesh: Mesh, color = INK, width = LINE, opacity = 1): Mesh {
  const material = glow(color, opacity);
  material.side = BackSide;
  const line = new Mesh(hull(mesh.geometry, width), material);
  mesh.add(line);
  return line;
}

type Paint = string | Material | Material[];

/** A solid with its line; a `line` of 0 leaves it out. */
export function solid(geometry: BufferGeometry, paint: Paint, line = LINE): Mesh {
  const mesh = new Mesh(geometry, typeof paint === "string" ? fill(paint) : paint);
  if (line > 0) outline(mesh, INK, line);
  return mesh;
}

/** A solid at a place of the drawing, so far in front of its plane. */
export function put<Thing extends { position: Vector3 }>(
  thing: Thing,
  drawnX: number,
  drawnY: number,
  z = 0,
): Thing {
  thing.position.set(x(drawnX), y(drawnY), z);
  return thing;
}

export function ball(rx: number, ry = rx, rz = rx): BufferGeometry {
  return new SphereGeometry(1, 32, 20).scale(rx, ry, rz);
}

/** A body of revolution from pairs of radius and height, from below to above, made smooth. */
export function turned(profile: readonly (readonly [number, number])[], depth = 1): BufferGeometry {
  const curve = new CatmullRomCurve3(
    profile.map(([r, h]) => new Vector3(r, h, 0)),
    false,
    "centripetal",
  );
  const points = curve.getPoints(profile.length * 6);
  return new LatheGeometry(
    points.map((point) => new Vector2(Math.max(0, point.x), point.y)),
    40,
  ).scale(1, 1, depth);
}

/** A rounded rope through points. */
export function rope(points: readonly (readonly [number, number, number])[], radius: number) {
  const curve = new CatmullRomCurve3(points.map(([px, py, pz]) => new Vector3(px, py, pz)));
  const ends = [points[0], points.at(-1)].map((end) => {
    const [px, py, pz] = end ?? [0, 0, 0];
    return new SphereGeometry(radius, 10, 8).translate(px, py, pz);
  });
  return mergeGeometries([new TubeGeometry(curve, points.length * 8, radius, 10), ...ends]);
}

/** A rope with straight parts and sharp bends, as a glass-blower would make it. */
export function bent(points: readonly (readonly [number, number, number])[], radius: number) {
  const path = new CurvePath<Vector3>();
  const corners = points.map(([px, py, pz]) => new Vector3(px, py, pz));
  corners.slice(1).forEach((corner, i) => {
    path.add(new LineCurve3(corners[i], corner));
  });
  const joints = corners.map(({ x: px, y: py, z: pz }) =>
    new SphereGeometry(radius, 10, 8).translate(px, py, pz),
  );
  const straights = path.curves.map((part) => new TubeGeometry(part, 1, radius, 10));
  return mergeGeometries([...straights, ...joints]);
}

/** A flat shape with a thickness and soft edges, around z = 0. */
export function slab(shape: Shape, thickness: number, softness = 0.03): BufferGeometry {
  const depth = Math.max(0.001, thickness - 2 * softness);
  return new ExtrudeGeometry(shape, {
    depth,
    bevelSize: softness,
    bevelThickness: softness,
    bevelOffset: -softness,
    bevelSegments: 4,
    curveSegments: 16,
  }).translate(0, 0, -depth / 2);
}

/** A shape with straight sides, its corners rounded by `round`. */
export function rounded(corners: readonly (readonly [number, number])[], round: number): Shape {
  const shape = new Shape();
  corners.forEach(([cx, cy], i) => {
    const here = new Vector2(cx, cy);
    const before = new Vector2(...(corners.at(i - 1) ?? [0, 0]));
    const after = new Vector2(...(corners[(i + 1) % corners.length] ?? [0, 0]));
    const towards = (other: Vector2) => {
      const way = other.clone().sub(here);
      return here.clone().add(way.setLength(Math.min(round, way.length() / 2)));
    };
    const from = towards(before);
    const to = towards(after);
    if (i === 0) shape.moveTo(from.x, from.y);
    else shape.lineTo(from.x, from.y);
    shape.quadraticCurveTo(here.x, here.y, to.x, to.y);
  });
  shape.closePath();
  return shape;
}

/** A block with soft edges. */
export function block(width: number, height: number, depth: number, softness = 0.04) {
  const [w, h] = [width / 2, height / 2];
  return slab(
    rounded(
      [
        [-w, -h],
        [w, -h],
        [w, h],
        [-w, h],
      ],
      softness,
    ),
    depth,
    softness,
  );
}

/** Points along cubic curves, as in a path `M start C control control end ...`, in its units. */
export function bezier(
  start: readonly [number, number],
  ...curves: (readonly [number, number, number, number, number, number])[]
): [number, number][] {
  const points: [number, number][] = [[...start]];
  let [px, py] = start;
  for (const [ax, ay, bx, by, ex, ey] of curves) {
    for (let step = 1; step <= 24; step++) {
      const t = step / 24;
      const u = 1 - t;
      const mix = (a: number, b: number, c: number, d: number) =>
        u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d;
      points.push([mix(px, ax, bx, ex), mix(py, ay, by, ey)]);
    }
    [px, py] = [ex, ey];
  }
  return points;
}

export function lighter(color: string, by: number): string {
  return `#${new Color(color).lerp(new Color("#ffffff"), by).getHexString()}`;
}
export function darker(color: string, by: number): string {
  return `#${new Color(color).lerp(new Color(INK), by).getHexString()}`;
}
