/** Page: a Siamese in reading glasses, upon the very page that you wanted. */

import { Group, Mesh, TorusGeometry } from "three";
import { head, surface } from "../head";
import { painted, type Stroke } from "../paint";
import { paw, type Rig } from "../rig";
import { ball, bezier, block, fill, put, rope, rounded, slab, solid } from "../solid";
import { tail } from "../tail";

const CREAM = "#f6e6cf";
const POINT = "#7a5240";
const LINES: Stroke[] = [
  { d: "M-34-20Q-8-26 32-14M-34-5Q-8-11 32 1M-34 10Q-8 4 16 12", line: "#c9b79f", width: 4 },
];

function leaf(side: number, color: string): Mesh {
  const shape = slab(
    rounded(
      [
        [-0.48, -0.28],
        [0.48, -0.34],
        [0.48, 0.24],
        [-0.48, 0.32],
      ]
        .map(([px = 0, py = 0]) => [px * side, py] as const)
        .sort(clockwise),
      0.05,
    ),
    0.09,
    0.02,
  );
  const strokes = LINES.map((stroke) => ({ ...stroke }));
  return solid(shape, painted(shape, color, strokes, { cx: 0, cy: 0, half: 55 }, 256));
}

function clockwise(one: readonly [number, number], other: readonly [number, number]): number {
  return Math.atan2(one[1], one[0]) - Math.atan2(other[1], other[0]);
}

export function page(): Rig {
  const root = new Group();
  const face = head({
    fur: CREAM,
    ear: "#d9a08c",
    earBack: POINT,
    nose: "#33242c",
    mouth: "#33242c",
    whiskers: POINT,
    eyes: { iris: "#7cc4e8", rim: "#33242c", pupil: "#33242c" },
    marks: [{ d: "M-24 20Q-24 42 0 42T24 20Q22-6 0-10-22-6-24 20Z", fill: "#8f6450" }],
  });
  face.group.scale.setScalar(1.14);
  put(face.group, 120, 86, 0);
  const glasses = new Group();
  const frame = fill("#d8432f");
  for (const side of [-1, 1]) {
    const ring = solid(new TorusGeometry(0.178, 0.024, 10, 36), frame, 0.012);
    ring.position.set(side * 0.225, 0, surface(22, 0) + 0.06);
    ring.rotation.y = side * 0.3;
    const stem = new Mesh(
      rope(
        [
          [side * 0.4, 0.03, surface(38, -4) + 0.02],
          [side * 0.5, 0.06, 0.12],
        ],
        0.024,
      ),
      frame,
    );
    glasses.add(ring, stem);
  }
  const bridge = rope(
    [
      [-0.055, 0.02, surface(4, 0) + 0.03],
      [0, 0.05, surface(0, 0) + 0.045],
      [0.055, 0.02, surface(4, 0) + 0.03],
    ],
    0.024,
  );
  glasses.add(new Mesh(bridge, frame));
  face.group.add(glasses);

  const body = solid(ball(0.52, 0.5, 0.36), CREAM);
  put(body, 120, 160, -0.22);
  const book = put(new Group(), 120, 190, 0.42);
  book.rotation.x = -0.2;
  for (const side of [-1, 1]) {
    const half = new Group();
    half.rotation.y = side * -0.26;
    const cover = solid(block(1.04, 0.62, 0.06, 0.025), "#c2412f");
    cover.position.set(side * 0.52, -0.03, -0.06);
    const paper = leaf(side, side < 0 ? "#fffaf0" : "#fff3de");
    paper.position.set(side * 0.48, 0.02, 0.02);
    half.add(cover, paper);
    book.add(half);
  }
  const hinge = new Group();
  hinge.position.set(0, 0.02, 0.08);
  const turning = leaf(1, "#fffaf0");
  turning.scale.z = 0.3;
  turning.position.x = 0.48;
  hinge.add(turning);
  const ribbon = solid(
    slab(
      rounded(
        [
          [-0.08, -0.24],
          [0, -0.16],
          [0.08, -0.24],
          [0.08, 0.2],
          [-0.08, 0.2],
        ],
        0.01,
      ),
      0.03,
      0.008,
    ),
    "#2f9e8f",
    0.018,
  );
  ribbon.position.set(0.48, -0.24, 0.03);
  book.add(hinge, ribbon);

  const paws = [80, 160].map((at) => put(paw(POINT), at, 152, 0.42));
  const back = tail(
    bezier([176, 172], [214, 166, 222, 128, 208, 108], [200, 98, 188, 106, 196, 116]),
    POINT,
    -0.28,
  );
  root.add(back.root, body, book, face.group, ...paws);
  return {
    root,
    head: face.group,
    eyes: face.eyes,
    ears: face.ears,
    body,
    tail: back,
    idle(at_s, calm) {
      // It reads on: the eyes go over the lines, and a leaf turns.
      const turn = at_s % 6;
      const part = Math.min(1, Math.max(0, (turn - 4.6) / 0.9));
      const eased = part * part * (3 - 2 * part);
      hinge.visible = calm > 0.5 && part > 0 && part < 1;
      hinge.rotation.y = -0.26 * (1 - 2 * eased) * -1 - eased * Math.PI + 0.0;
      face.group.rotation.x += calm * 0.1 * (part > 0 ? 1 - part : Math.min(1, turn / 1.5)) * 0.6;
      glasses.position.y = -0.015 * calm * Math.max(0, Math.sin(at_s * 0.7)) ** 6;
    },
  };
}
