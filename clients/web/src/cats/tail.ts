/** What hangs on a line of the drawing and waves: tails, ribbons, glowing wires. */

import {
  BackSide,
  BufferAttribute,
  BufferGeometry,
  Group,
  type Material,
  Mesh,
  type MeshBasicMaterial,
} from "three";
import { fill, glow, INK, LINE, x, y } from "./solid";

type Point = readonly [number, number];

/** Something that `wave` bends, from its root to its tip. */
export interface Wavy {
  root: Group;
  /** Is at the tip and points on. */
  tip: Group;
  /** `reach` is about how far the tip turns, in radians. */
  wave(at_s: number, reach: number, speed?: number): void;
}

/** The bends of a line: links of one length, each at an angle to the one before. */
export class Spine {
  readonly start: Point;
  readonly link: number;
  readonly rests: readonly number[];

  /** Along points of a drawing, in so many links. */
  constructor(points: readonly Point[], links: number) {
    const knots = evenly(points, links).map(([px, py]): Point => [x(px), y(py)]);
    this.start = knots[0] ?? [0, 0];
    const ways = knots.slice(1).map(([bx, by], i): Point => {
      const [ax, ay] = knots[i] ?? [0, 0];
      return [bx - ax, by - ay];
    });
    this.link = ways.reduce((sum, [wx, wy]) => sum + Math.hypot(wx, wy), 0) / links;
    const angles = ways.map(([wx, wy]) => Math.atan2(wy, wx));
    this.rests = angles.map((angle, i) => nearest(angle - (angles[i - 1] ?? 0)));
  }

  /** Each link's angle to the one before, at a moment. */
  bends(at_s: number, reach: number, speed: number): number[] {
    const links = this.rests.length;
    return this.rests.map(
      (rest, i) =>
        rest +
        ((reach * 2 * (i + 1)) / (links * (links + 1))) * Math.sin(at_s * speed - (i * 4) / links),
    );
  }

  /** Where bent links end, and which way the last one points. */
  end(bends: readonly number[]): { at: Point; angle: number } {
    let [px, py] = this.start;
    let angle = 0;
    for (const bend of bends) {
      angle += bend;
      px += this.link * Math.cos(angle);
      py += this.link * Math.sin(angle);
    }
    return { at: [px, py], angle };
  }
}

function nearest(angle: number): number {
  return Math.atan2(Math.sin(angle), Math.cos(angle));
}

/** The ends of so many steps of one length along a line. */
export function evenly(points: readonly Point[], steps: number): Point[] {
  const along = [0];
  for (let i = 1; i < points.length; i++) {
    const [ax, ay] = points[i - 1] ?? [0, 0];
    const [bx, by] = points[i] ?? [0, 0];
    along.push((along[i - 1] ?? 0) + Math.hypot(bx - ax, by - ay));
  }
  const whole = along.at(-1) ?? 0;
  return Array.from({ length: steps + 1 }, (_, k): Point => {
    const wanted = (whole * k) / steps;
    const found = along.findIndex((length) => length >= wanted - 1e-9);
    const i = Math.max(1, found);
    const [ax, ay] = points[i - 1] ?? [0, 0];
    const [bx, by] = points[i] ?? [0, 0];
    const step = (along[i] ?? 0) - (along[i - 1] ?? 0);
    const part = step === 0 ? 0 : (wanted - (along[i - 1] ?? 0)) / step;
    return [ax + part * (bx - ax), ay + part * (by - ay)];
  });
}

const AROUND = 10;
const CAP = 4;

/** A rounded rope along a spine, that is bent anew whenever it is waved. */
class Rope {
  readonly mesh: Mesh;
  private readonly places: BufferAttribute;
  private readonly normals: BufferAttribute;

  constructor(
    private readonly spine: Spine,
    private readonly radius: number,
    private readonly grown: number,
    material: Material,
    private readonly z = 0,
  ) {
    const rings = spine.rests.length + 1 + 2 * CAP;
    const geometry = new BufferGeometry();
    this.places = new BufferAttribute(new Float32Array(rings * AROUND * 3), 3);
    this.normals = new BufferAttribute(new Float32Array(rings * AROUND * 3), 3);
    geometry.setAttribute("position", this.places);
    geometry.setAttribute("normal", this.normals);
    const corners: number[] = [];
    for (let ring = 0; ring + 1 < rings; ring++)
      for (let i = 0; i < AROUND; i++) {
        const a = ring * AROUND + i;
        const b = ring * AROUND + ((i + 1) % AROUND);
        corners.push(a, b, a + AROUND, b, b + AROUND, a + AROUND);
      }
    geometry.setIndex(corners);
    this.mesh = new Mesh(geometry, material);
    // It bends out of the sphere that it was first in.
    this.mesh.frustumCulled = false;
  }

  bend(bends: readonly number[]): void {
    let [px, py] = this.spine.start;
    let angle = bends[0] ?? 0;
    const radius = this.radius + this.grown;
    let ring = 0;
    const cap = (end: -1 | 1) => {
      for (let i = 0; i < CAP; i++) {
        const part = (end < 0 ? CAP - i : i + 1) / CAP;
        const out = end * part * radius;
        const at = [px + out * Math.cos(angle), py + out * Math.sin(angle)] as const;
        this.ring(ring++, at, angle, radius * Math.sqrt(1 - part * part), end * part);
      }
    };
    cap(-1);
    this.ring(ring++, [px, py], angle, radius, 0);
    bends.forEach((bend, i) => {
      if (i > 0) angle += bend;
      px += this.spine.link * Math.cos(angle);
      py += this.spine.link * Math.sin(angle);
      this.ring(ring++, [px, py], angle + (bends[i + 1] ?? 0) / 2, radius, 0);
    });
    cap(1);
    this.places.needsUpdate = true;
    this.normals.needsUpdate = true;
  }

  private ring(index: number, [px, py]: Point, angle: number, radius: number, lean: number): void {
    const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
    const flat = Math.sqrt(Math.max(0, 1 - lean * lean));
    for (let i = 0; i < AROUND; i++) {
      const turn = (i / AROUND) * 2 * Math.PI;
      const [side, front] = [Math.cos(turn), Math.sin(turn)];
      const at = index * AROUND + i;
      this.places.setXYZ(
        at,
        px - radius * side * sin,
        py + radius * side * cos,
        this.z + radius * front,
      );
      this.normals.setXYZ(
        at,
        flat * -side * sin + lean * cos,
        flat * side * cos + lean * sin,
        flat * front,
      );
    }
  }
}

/** A cat's tail along a line of the drawing, `z` in front of its plane. */
export function tail(points: readonly Point[], color: string, z: number, radius = 0.068): Wavy {
  const spine = new Spine(points, 20);
  const line = glow(INK);
  line.side = BackSide;
  return waving(
    spine,
    [new Rope(spine, radius, LINE, line), new Rope(spine, radius, 0, fill(color))],
    z,
  );
}

/** A dark tail with a lit wire on it; the materials of the wire's light are added to `lit`. */
export function wire(
  points: readonly Point[],
  [dark, light]: readonly [string, string],
  z: number,
  lit: MeshBasicMaterial[],
): Wavy {
  const spine = new Spine(points, 20);
  const [core, shine] = [glow(light), glow(light, 0.28)];
  lit.push(core, shine);
  return waving(
    spine,
    [
      new Rope(spine, 0.11, 0, glow(dark)),
      new Rope(spine, 0.026, 0, core, 0.1),
      new Rope(spine, 0.075, 0, shine, 0.1),
    ],
    z,
  );
}

function waving(spine: Spine, ropes: readonly Rope[], z: number): Wavy {
  const root = new Group();
  const tip = new Group();
  root.position.z = z;
  root.add(tip, ...ropes.map((rope) => rope.mesh));
  const bend = (bends: readonly number[]) => {
    for (const rope of ropes) rope.bend(bends);
    const { at, angle } = spine.end(bends);
    tip.position.set(at[0], at[1], 0);
    tip.rotation.z = angle;
  };
  bend(spine.rests);
  return {
    root,
    tip,
    wave: (at_s, reach, speed = 2) => bend(spine.bends(at_s, reach, speed)),
  };
}

/** A ribbon of stiff pieces, each made by `piece` for its length and its place in the row. */
export function ribbon(
  points: readonly Point[],
  pieces: number,
  z: number,
  piece: (length: number, index: number) => Mesh,
): Wavy {
  const spine = new Spine(points, pieces);
  const root = new Group();
  root.position.set(spine.start[0], spine.start[1], z);
  let parent = root;
  const joints = spine.rests.map((rest, i) => {
    const joint = new Group();
    joint.rotation.z = rest;
    if (i > 0) joint.position.x = spine.link;
    joint.add(piece(spine.link, i));
    parent.add(joint);
    parent = joint;
    return joint;
  });
  const tip = new Group();
  tip.position.x = spine.link;
  parent.add(tip);
  return {
    root,
    tip,
    wave(at_s, reach, speed = 2) {
      spine.bends(at_s, reach, speed).forEach((bend, i) => {
        const joint = joints[i];
        if (joint !== undefined) joint.rotation.z = bend;
      });
    },
  };
}
