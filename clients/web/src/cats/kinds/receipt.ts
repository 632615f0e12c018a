/** Receipt: a tuxedo cat in a scarf of till rolls. */

import { CylinderGeometry, Group, Mesh } from "three";
import { head } from "../head";
import { oval, painted } from "../paint";
import { paw, type Rig } from "../rig";
import { bezier, block, fill, glow, INK, put, rope, solid, turned, y } from "../solid";
import { ribbon, tail } from "../tail";

const FUR = "#4b4a63";
const WHITE = "#fdf8f0";
const PAPER = "#fffdf6";

export function receipt(): Rig {
  const root = new Group();
  const face = head({
    fur: FUR,
    ear: "#f0a6b4",
    whiskers: "#cfcbd8",
    marks: [{ d: "M0-30Q-8-8-30 14-30 43 0 43T30 14Q8-8 0-30Z", fill: WHITE }],
  });
  face.group.scale.setScalar(1.06);
  put(face.group, 120, 76, 0.05);

  const { body, feet } = sitting(FUR, WHITE);
  const back = tail(
    bezier([150, 204], [196, 214, 210, 180, 198, 150], [194, 138, 182, 142, 186, 152]),
    FUR,
    -0.2,
    0.065,
  );

  const collar = solid(new CylinderGeometry(0.44, 0.5, 0.21, 40).scale(1, 1, 0.86), PAPER);
  put(collar, 120, 131, 0.02);
  const long = strip(
    [
      [72, 126],
      [50, 118],
      [36, 138],
      [16, 146],
    ],
    6,
    0.16,
  );
  const hanging = strip(
    [
      [160, 136],
      [168, 160],
      [172, 184],
      [170, 210],
    ],
    5,
    0.44,
  );
  for (const [drawnY, from, to] of [
    [137, 88, 98],
    [141, 112, 126],
    [137, 142, 153],
  ] as const) {
    const dash = rope(
      [
        [0, 0, 0],
        [(to - from) / 100, 0, 0],
      ],
      0.02,
    );
    root.add(
      put(new Mesh(dash, glow("#b6aeb8")), from, drawnY, from > 105 && from < 130 ? 0.45 : 0.4),
    );
  }

  root.add(back.root, body, ...feet, collar, long.root, hanging.root, face.group);
  return {
    root,
    head: face.group,
    eyes: face.eyes,
    ears: face.ears,
    body,
    tail: back,
    idle(at_s, calm) {
      // A breeze in the paper.
      long.wave(at_s, 0.9 * calm, 3.1);
      hanging.wave(at_s + 1, 0.3 * calm, 2.3);
    },
  };
}

function strip(line: [number, number][], links: number, z: number) {
  const paper = fill(PAPER);
  return ribbon(line, links, z, (length, i) => {
    const piece = solid(block(length + 0.05, 0.2, 0.035, 0.012).translate(length / 2, 0, 0), paper);
    const print = rope(
      [
        [0.02, -0.05, 0.024],
        [0.02, i % 2 === 0 ? 0.05 : 0.01, 0.024],
      ],
      0.013,
    );
    piece.add(new Mesh(print, glow(i === links - 1 ? INK : "#8d8596")));
    return piece;
  });
}

/** A cat's body, sitting upright, with its bib and front paws. */
export function sitting(fur: string, bib: string, paws = bib) {
  const shape = turned(
    [
      [0, 0.02],
      [0.36, 0.03],
      [0.44, 0.14],
      [0.43, 0.4],
      [0.37, 0.7],
      [0.29, 1.0],
      [0.2, 1.15],
      [0, 1.2],
    ],
    0.86,
  ).translate(0, -0.6, 0);
  const body = solid(
    shape,
    painted(shape, fur, [{ d: oval(0, 2, 23, 44), fill: bib }], { cx: 0, cy: 0, half: 64 }, 256),
  );
  body.position.y = 0.6;
  const feet = [98, 142].map((at) =>
    put(paw(paws, 0.17, 0.13, 0.19), at, y(0) === 0 ? 0 : 210, 0.32),
  );
  return { body, feet };
}
