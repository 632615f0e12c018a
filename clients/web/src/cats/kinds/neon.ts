/** Neon: fell out of a shop sign, and still flickers. */

import { Group, Mesh, type MeshBasicMaterial } from "three";
import { head } from "../head";
import type { Rig } from "../rig";
import { bent, bezier, glow, outline, put, rounded, slab, solid, turned, y } from "../solid";
import { wire } from "../tail";

const DARK = "#221a44";
const PINK = "#ff4fa8";
const CYAN = "#3fe6ff";
const YELLOW = "#ffe14f";

type Tubes = MeshBasicMaterial[];

/** A glass tube with its shine, straight from one point of the drawing to the next. */
function tube(
  points: readonly (readonly [number, number, number])[],
  color: string,
  lit: Tubes,
): Group {
  const group = new Group();
  const core = glow(color);
  const shine = glow(color, 0.25);
  lit.push(core, shine);
  const far = new Mesh(bent(points, 0.062), shine);
  far.renderOrder = 1;
  group.add(new Mesh(bent(points, 0.026), core), far);
  return group;
}

function edged(mesh: Mesh, lit: Tubes): Mesh {
  const near = outline(mesh, PINK, 0.045);
  const far = outline(mesh, PINK, 0.12, 0.3);
  far.renderOrder = -1;
  lit.push(near.material as MeshBasicMaterial, far.material as MeshBasicMaterial);
  return mesh;
}

export function neon(): Rig {
  const root = new Group();
  const lit: Tubes = [];
  const face = head({
    fur: DARK,
    ear: DARK,
    nose: PINK,
    mouth: CYAN,
    whiskers: CYAN,
    blush: DARK,
    eyes: { iris: CYAN, rim: "#1f7f98", pupil: DARK, slit: true },
  });
  face.group.scale.setScalar(1.1);
  put(face.group, 120, 84, 0.04);
  face.skull.clear();
  edged(face.skull, lit);
  for (const ear of face.ears) {
    const [back, front] = ear.children as [Mesh, Mesh];
    back.clear();
    edged(back, lit);
    front.visible = false;
    ear.add(
      tube(
        [
          [-0.09, -0.05, 0.1],
          [0, 0.15, 0.1],
          [0.09, -0.05, 0.1],
          [-0.09, -0.05, 0.1],
        ],
        CYAN,
        lit,
      ),
    );
  }

  const body = edged(
    solid(
      turned(
        [
          [0, 0.03],
          [0.42, 0.03],
          [0.5, 0.1],
          [0.46, 0.45],
          [0.36, 0.8],
          [0.26, 1.05],
          [0, 1.12],
        ],
        0.8,
      ),
      DARK,
      0,
    ),
    lit,
  );
  const legs = [-1, 1].map((side) =>
    tube(
      [
        [side * 0.15, y(152), 0.36],
        [side * 0.2, y(176), 0.41],
        [side * 0.17, y(202), 0.43],
      ],
      CYAN,
      lit,
    ),
  );
  const star = put(new Group(), 120, 164, 0.42);
  const points = Array.from({ length: 11 }, (_, i): [number, number, number] => {
    const r = i % 2 === 0 ? 0.21 : 0.095;
    const angle = (i / 10) * 2 * Math.PI;
    return [r * Math.sin(angle), r * Math.cos(angle), 0];
  });
  star.add(tube(points, YELLOW, lit));

  const back = wire(bezier([160, 206], [208, 200, 222, 140, 196, 104]), [DARK, YELLOW], -0.22, lit);
  const arrow: [number, number][] = [
    [0.28, 0],
    [-0.06, 0.2],
    [-0.06, -0.2],
  ];
  const sign = slab(rounded(arrow, 0.05), 0.16, 0.04);
  const edge = tube(
    [...arrow, ...arrow.slice(0, 1)].map(([ax, ay]) => [ax, ay, 0.1]),
    YELLOW,
    lit,
  );
  back.tip.add(new Mesh(sign, glow(DARK)), edge);

  root.add(back.root, body, ...legs, star, face.group);
  const colours = lit.map((paint) => paint.color.clone());
  return {
    root,
    head: face.group,
    eyes: face.eyes,
    ears: face.ears,
    body,
    tail: back,
    wag: 0.5,
    idle(at_s, calm) {
      // A loose contact: two short darks every few seconds, and a soft hum between.
      const turn = at_s % 4.7;
      const isDark = calm > 0.5 && ((turn > 3.1 && turn < 3.17) || (turn > 3.3 && turn < 3.36));
      lit.forEach((paint, i) => {
        const hum = 0.94 + 0.06 * Math.sin(at_s * 9 + i);
        const colour = colours[i];
        if (colour !== undefined) paint.color.copy(colour).multiplyScalar(isDark ? 0.35 : hum);
      });
      star.rotation.z = calm * 0.4 * Math.sin(at_s * 1.3);
    },
  };
}
