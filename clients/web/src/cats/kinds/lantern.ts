/** Lantern: hangs in the air and glows. */

import { CylinderGeometry, Group, Mesh, SphereGeometry, Sprite } from "three";
import { ear, eyes, face, whiskers } from "../head";
import { halo, oval, painted, type Stroke } from "../paint";
import { paw, type Rig } from "../rig";
import { bezier, glow, INK, put, rope, solid, turned, y } from "../solid";
import { tail } from "../tail";

const RED = "#e5423a";
const GOLD = "#f6c445";

/** The paper's three reds and its ribs, around the middle of the drawing at (120, 122). */
const PAPER: Stroke[] = [
  { d: oval(0, -2, 52, 74), fill: "#f2633f" },
  { d: oval(0, -2, 30, 74), fill: "#fb8a4b" },
  { d: "M-40-64Q-68-34-68-2T-40 58M40-64Q68-34 68-2T40 58", line: "#b82a2c", width: 3.5 },
  { d: oval(0, 6, 56, 40), fill: "#fff1d0" },
];

export function lantern(): Rig {
  const root = new Group();
  // All of it swings from the top of its string.
  const swing = new Group();
  const paper = new SphereGeometry(1, 64, 40);
  const at = paper.getAttribute("position");
  for (let i = 0; i < at.count; i++) {
    const gore = 1 + 0.025 * Math.abs(Math.cos(4 * Math.atan2(at.getX(i), at.getZ(i))));
    at.setXYZ(i, at.getX(i) * 0.77 * gore, at.getY(i) * 0.71, at.getZ(i) * 0.7 * gore);
  }
  paper.computeVertexNormals();
  const globe = put(new Group(), 120, 120);
  globe.add(
    solid(paper, painted(paper, RED, [...PAPER, ...face({})], { cx: 0, cy: 0, half: 90 }, 768)),
  );
  const depth = (ex: number, ey: number) =>
    0.71 * Math.sqrt(Math.max(0, 1 - (ex / 77) ** 2 - (ey / 71) ** 2));
  const pair = eyes({}, depth);
  const hair = whiskers(INK, 0.46);
  hair.position.z = 0.36;
  globe.add(...pair, hair);

  const ears = [-1, 1].map((side) => {
    const one = ear(side, RED, "#ffc9a0");
    one.scale.setScalar(1.15);
    one.position.set(side * 0.54, 0.62, -0.04);
    one.rotation.z = -side * 0.42;
    return one;
  });
  globe.add(...ears);
  const cap = put(solid(new CylinderGeometry(0.28, 0.34, 0.2, 32), GOLD), 120, 44);
  const foot = put(solid(new CylinderGeometry(0.38, 0.34, 0.18, 32), GOLD), 120, 192);
  const string = new Mesh(
    rope(
      [
        [0, y(36), 0],
        [0, y(4), 0],
      ],
      0.026,
    ),
    glow(INK),
  );
  const tassel = put(new Group(), 120, 200);
  tassel.add(
    new Mesh(
      rope(
        [
          [0, 0, 0],
          [0, -0.12, 0],
        ],
        0.026,
      ),
      glow(INK),
    ),
  );
  const threads = solid(
    turned([
      [0, -0.34],
      [0.15, -0.34],
      [0.13, -0.22],
      [0.09, -0.1],
      [0, -0.08],
    ]),
    RED,
  );
  for (const side of [-1, 0, 1]) {
    const thread = rope(
      [
        [side * 0.03, -0.14, 0.09],
        [side * 0.06, -0.33, 0.14],
      ],
      0.012,
    );
    tassel.add(new Mesh(thread, glow("#b82a2c")));
  }
  tassel.add(threads);
  const paws = [92, 148].map((px) => put(paw("#fff1d0", 0.15, 0.12, 0.13), px, 182, 0.44));
  const back = tail(
    bezier([184, 156], [222, 160, 228, 122, 210, 110], [200, 106, 194, 116, 202, 122]),
    "#f3a63b",
    -0.2,
    0.06,
  );

  const light = new Sprite(halo("#ffd36b", 0.85));
  light.scale.setScalar(3);
  light.renderOrder = -1;
  put(light, 120, 122, -0.5);

  swing.add(light, back.root, globe, cap, foot, string, tassel, ...paws);
  const pivot = new Group();
  pivot.position.y = y(4) + 0.08;
  swing.position.y = -y(4);
  pivot.add(swing);
  root.add(pivot);
  return {
    root,
    head: globe,
    eyes: pair,
    ears,
    tail: back,
    idle(at_s, calm) {
      // It floats, swings and flickers like a flame behind paper.
      pivot.position.y = y(4) + 0.08 + 0.06 * calm * Math.sin(at_s * 1.4);
      pivot.rotation.z = calm * 0.07 * Math.sin(at_s * 1.7);
      globe.rotation.y *= 0.6;
      tassel.rotation.z = calm * 0.25 * Math.sin(at_s * 1.7 - 0.9);
      const flame = 1 + 0.05 * Math.sin(at_s * 3) + 0.03 * Math.sin(at_s * 7.3);
      light.scale.setScalar(3 * flame);
      light.material.opacity = 0.7 + 0.2 * Math.sin(at_s * 3);
    },
  };
}
