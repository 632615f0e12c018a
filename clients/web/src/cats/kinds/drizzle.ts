/** Drizzle: under somebody's umbrella, in red boots. */

import { BufferGeometry, Float32BufferAttribute, Group, Mesh } from "three";
import { head } from "../head";
import { oval, painted } from "../paint";
import type { Rig } from "../rig";
import { ball, bezier, block, fill, glow, INK, put, rope, solid, turned, x, y } from "../solid";
import { tail } from "../tail";

const FUR = "#7f9bc4";
const PANELS = 8;
const WIDE = 1.02;
const HIGH = 0.6;

/** A point of the umbrella: `part` from its top to its edge, `turn` in panels around it. */
function onCloth(turn: number, part: number): [number, number, number] {
  const angle = ((turn - 0.5) / PANELS) * 2 * Math.PI;
  const sag = Math.sin((turn % 1) * Math.PI);
  const r = WIDE * Math.sin((part * Math.PI) / 2) * (1 - 0.05 * sag * part);
  const height = HIGH * Math.cos((part * Math.PI) / 2) + 0.13 * sag * part ** 4;
  return [r * Math.sin(angle), height, r * Math.cos(angle) * 0.62];
}

/** Some of the umbrella's panels; their edges are scalloped, their cloth hangs between ribs. */
function cloth(isPart: (panel: number) => boolean): BufferGeometry {
  const [across, down] = [10, 10];
  const places: number[] = [];
  const corners: number[] = [];
  for (let panel = 0; panel < PANELS; panel++) {
    if (!isPart(panel)) continue;
    const first = places.length / 3;
    for (let i = 0; i <= across; i++)
      for (let j = 0; j <= down; j++) {
        // Just short of the next rib, where the next panel begins.
        places.push(...onCloth(panel + (i / across) * 0.9999, j / down));
      }
    for (let i = 0; i < across; i++)
      for (let j = 0; j < down; j++) {
        const a = first + i * (down + 1) + j;
        const b = a + down + 1;
        corners.push(a, a + 1, b, b, a + 1, b + 1);
      }
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new Float32BufferAttribute(places, 3));
  geometry.setIndex(corners);
  geometry.computeVertexNormals();
  return geometry;
}

function umbrella(): Group {
  const group = new Group();
  const even = new Mesh(
    cloth((panel) => panel % 2 === 0),
    fill("#ffc83d"),
  );
  const odd = new Mesh(
    cloth((panel) => panel % 2 === 1),
    fill("#f59f2d"),
  );
  const ink = glow(INK);
  for (let panel = 0; panel < PANELS; panel++) {
    const edge = Array.from({ length: 9 }, (_, i) => onCloth(panel + (i / 8) * 0.9999, 1));
    const rib = Array.from({ length: 8 }, (_, i) => onCloth(panel, (i + 0.6) / 7.6));
    group.add(new Mesh(rope(edge, 0.022), ink), new Mesh(rope(rib, 0.014), ink));
  }
  const tip = rope(
    [
      [0, HIGH, 0],
      [0, HIGH + 0.1, 0],
    ],
    0.03,
  );
  group.add(even, odd, new Mesh(tip, ink));
  return group;
}

export function drizzle(): Rig {
  const root = new Group();
  const face = head({
    fur: FUR,
    ear: "#f3b9c2",
    marks: [
      { d: "M0-46v14M-13-43l2 10M13-43l-2 10", line: "#5977a6", width: 5.5 },
      { d: "M-28 24Q-20 43 0 43T28 24Q14 6 0 6T-28 24Z", fill: "#eef3fa" },
    ],
  });
  face.group.scale.setScalar(0.95);
  put(face.group, 118, 128, 0.06);

  const shape = turned([
    [0, 0],
    [0.3, 0.02],
    [0.36, 0.14],
    [0.33, 0.36],
    [0.22, 0.58],
    [0, 0.66],
  ]).translate(0, -0.3, 0);
  const body = solid(
    shape,
    painted(
      shape,
      FUR,
      [{ d: oval(0, 4, 16, 24), fill: "#eef3fa" }],
      { cx: 0, cy: 0, half: 40 },
      256,
    ),
  );
  put(body, 120, 180);

  const boots = [98, 142].map((at) => {
    const boot = put(new Group(), at, 210, 0.06);
    const leg = solid(block(0.26, 0.22, 0.28, 0.07), "#e8504f");
    leg.position.y = 0.04;
    const toe = solid(ball(0.16, 0.1, 0.2), "#e8504f");
    toe.position.set(0, -0.03, 0.12);
    boot.add(leg, toe);
    return boot;
  });
  const back = tail(bezier([90, 190], [54, 196, 48, 168, 62, 156]), FUR, -0.14, 0.06);

  const shelter = put(new Group(), 172, 168, 0.28);
  const pole = solid(
    rope(
      [
        [0, 0.95, 0],
        [0, 0.4, 0],
        [0, -0.3, 0],
        [0.05, -0.38, 0],
        [0.13, -0.34, 0],
      ],
      0.03,
    ),
    "#8a5a3c",
    0.02,
  );
  const canopy = umbrella();
  canopy.position.set(x(120) - x(172), 0.88, -0.34);
  canopy.rotation.x = -0.16;
  shelter.add(pole, canopy);
  const arm = solid(
    rope(
      [
        [x(146), y(172), 0.2],
        [x(158), y(166), 0.3],
        [x(172), y(168), 0.32],
      ],
      0.075,
    ),
    FUR,
  );

  const drops = [28, 46, 212, 196, 70, 178].map((at, i) => {
    const drop = new Mesh(
      turned([
        [0, -0.07],
        [0.05, -0.035],
        [0.045, 0.02],
        [0.015, 0.07],
        [0, 0.11],
      ]),
      glow("#6cc3ea"),
    );
    drop.position.set(x(at) * 1.08, 0, i > 3 ? 0.55 : 0.2);
    return drop;
  });

  root.add(back.root, body, ...boots, face.group, arm, shelter, ...drops);
  return {
    root,
    head: face.group,
    eyes: face.eyes,
    ears: face.ears,
    body,
    tail: back,
    idle(at_s, calm) {
      // It stamps in a puddle and turns the umbrella.
      boots.forEach((boot, i) => {
        boot.position.y = y(210) + calm * 0.09 * Math.max(0, Math.sin(at_s * 5 + i * Math.PI));
      });
      root.rotation.z = calm * 0.02 * Math.sin(at_s * 5);
      canopy.rotation.y = calm * 0.35 * Math.sin(at_s * 0.8);
      drops.forEach((drop, i) => {
        const part = (at_s * 0.8 * Math.max(calm, 0.25) + i * 0.37) % 1;
        drop.position.y = 1.35 * (1 - part) + 0.08;
        drop.scale.setScalar(part > 0.92 ? (1 - part) * 12 : Math.min(1, part * 5));
      });
    },
  };
}
