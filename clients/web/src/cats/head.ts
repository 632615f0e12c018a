/** A cat's head, in the drawings' head units: 100 across, the eyes at the middle. */

import { CapsuleGeometry, Group, Mesh, type Object3D, SphereGeometry } from "three";
import { mergeVertices } from "three/examples/jsm/utils/BufferGeometryUtils.js";
import { oval, painted, type Stroke } from "./paint";
import { ball, fill, glow, INK, LINE, rope, rounded, slab, solid } from "./solid";

export interface Look {
  fur: string;
  /** Inside of the ears. */
  ear: string;
  /** Outside of the ears, where it is not the fur's. */
  earBack?: string;
  /** Painted below the face: stripes, a muzzle. */
  marks?: readonly Stroke[];
  eyes?: "dots" | "closed" | { iris: string; rim: string; pupil: string; slit?: boolean };
  nose?: string;
  mouth?: string;
  whiskers?: string;
  blush?: string;
}

export interface Head {
  group: Group;
  /** Each is squeezed by a blink. */
  eyes: Object3D[];
  ears: Object3D[];
  /** The ball alone, for who draws it otherwise. */
  skull: Mesh;
}

const WIDE = 0.535;
const HIGH = 0.475;
const DEEP = 0.43;
const POWER = 2.35;
const CHEEKS = 0.07;

/** How far the face is in front of the head's middle, at a point of the drawing. */
export function surface(drawnX: number, drawnY: number): number {
  const up = -drawnY / 100 / HIGH;
  const out = drawnX / 100 / (WIDE * (1 - CHEEKS * up));
  return DEEP * Math.max(0, 1 - Math.abs(out) ** POWER - Math.abs(up) ** POWER) ** (1 / POWER);
}

function skullGeometry() {
  const sphere = new SphereGeometry(1, 56, 36);
  sphere.deleteAttribute("uv");
  sphere.deleteAttribute("normal");
  const geometry = mergeVertices(sphere, 1e-4);
  const at = geometry.getAttribute("position");
  for (let i = 0; i < at.count; i++) {
    const [px, py, pz] = [at.getX(i), at.getY(i), at.getZ(i)];
    const size =
      (Math.abs(px) ** POWER + Math.abs(py) ** POWER + Math.abs(pz) ** POWER) ** (-1 / POWER);
    at.setXYZ(i, px * size * WIDE * (1 - CHEEKS * py * size), py * size * HIGH, pz * size * DEEP);
  }
  geometry.computeVertexNormals();
  return geometry;
}

/** What all faces have, where a head is painted: cheeks, nose and mouth. */
export function face({
  nose = "#f2788f",
  mouth = INK,
  blush = "#ff9fae",
}: Partial<Look>): Stroke[] {
  return [
    { d: oval(-36, 18, 9, 6) + oval(36, 18, 9, 6), fill: blush, opacity: 0.75 },
    { d: "M-6 12H6L0 18Z", fill: nose, line: nose, width: 3 },
    { d: "M0 19q-2 9-12 7M0 19q2 9 12 7", line: mouth, width: 4 },
  ];
}

/** The eyes, at the places that the drawings give them, on a surface. */
export function eyes(look: Pick<Look, "eyes">, depth = surface): Object3D[] {
  return [-1, 1].map((side) => {
    const group = new Group();
    group.position.set(side * 0.22, 0.01, depth(22, -1) - 0.02);
    group.rotation.y = side * 0.28;
    const kind = look.eyes ?? "dots";
    if (kind === "closed") {
      const arc = Array.from({ length: 7 }, (_, i) => {
        const across = (i - 3) / 3;
        return [across * 0.095, 0.055 * (1 - across * across) - 0.02, 0.03] as const;
      });
      group.add(new Mesh(rope(arc, 0.024), glow(INK)));
      return group;
    }
    if (kind === "dots") group.add(new Mesh(ball(0.083, 0.108, 0.045), glow(INK)));
    else {
      group.add(
        new Mesh(ball(0.115, 0.135, 0.035), glow(kind.rim)),
        new Mesh(ball(0.098, 0.118, 0.05), glow(kind.iris)),
        new Mesh(
          ball(kind.slit === true ? 0.036 : 0.06, kind.slit === true ? 0.085 : 0.098, 0.06),
          glow(kind.pupil),
        ),
      );
    }
    const spark = new Mesh(ball(0.034, 0.034, 0.02), glow("#ffffff"));
    spark.position.set(0.028, 0.045, kind === "dots" ? 0.034 : 0.05);
    const small = new Mesh(ball(0.016, 0.016, 0.012), glow("#ffffff"));
    small.position.set(-0.03, -0.045, kind === "dots" ? 0.036 : 0.052);
    group.add(spark, small);
    return group;
  });
}

/** Two or three whiskers at each side, that stand off the cheeks. */
export function whiskers(color: string, out = 0.47): Group {
  const group = new Group();
  const paint = glow(color);
  for (const side of [-1, 1])
    for (const [drop, slope] of [
      [-0.1, 0.17],
      [-0.195, -0.08],
    ] as const) {
      const hair = new Mesh(new CapsuleGeometry(0.013, 0.2, 3, 6), paint);
      hair.position.set(side * out, drop, 0.16);
      hair.rotation.set(0, side * 0.5, side * (-Math.PI / 2 + slope));
      hair.translateY(0.1);
      group.add(hair);
    }
  return group;
}

/** An ear whose middle of the base is its origin; `side` is -1 for the left of the drawing. */
export function ear(side: number, color: string, inner: string, line = LINE): Group {
  const group = new Group();
  const outer = rounded(
    [
      [-0.19, -0.12],
      [0.19, -0.12],
      [0, 0.3],
    ],
    0.09,
  );
  const lining = rounded(
    [
      [-0.105, -0.05],
      [0.105, -0.05],
      [0, 0.19],
    ],
    0.05,
  );
  const back = solid(slab(outer, 0.17, 0.055), color, line);
  const front = solid(slab(lining, 0.05, 0.02), fill(inner), 0);
  front.position.z = 0.075;
  group.add(back, front);
  group.position.set(side * 0.335, 0.37, 0.02);
  group.rotation.set(-0.06, side * 0.22, -side * 0.33);
  return group;
}

export function head(look: Look): Head {
  const group = new Group();
  const geometry = skullGeometry();
  const strokes = [...(look.marks ?? []), ...face(look)];
  const skull = solid(geometry, painted(geometry, look.fur, strokes, { cx: 0, cy: 0, half: 60 }));
  const ears = [-1, 1].map((side) => ear(side, look.earBack ?? look.fur, look.ear));
  const pair = eyes(look);
  group.add(skull, ...ears, ...pair, whiskers(look.whiskers ?? look.mouth ?? INK));
  return { group, eyes: pair, ears, skull };
}
