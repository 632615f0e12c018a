/** Bobbin: a ginger tabby behind a ball of yarn that it cannot leave alone. */

import { Group, Mesh, TorusGeometry } from "three";
import { head } from "../head";
import { paw, type Rig } from "../rig";
import { ball, bezier, glow, put, rope, solid, x, y } from "../solid";
import { tail } from "../tail";

const FUR = "#f59a3c";
const YARN = "#2aa79b";

export function bobbin(): Rig {
  const root = new Group();
  const face = head({
    fur: FUR,
    ear: "#ffc9b0",
    marks: [
      {
        d: "M0-46v15M-13-43l2 11M13-43l-2 11M-50 0h9M-49 11l8-1M50 0h-9M49 11l-8-1",
        line: "#c9661a",
        width: 5.5,
      },
      { d: "M-26 22Q-18 42 0 42T26 22Q14 8 0 8T-26 22Z", fill: "#fff1dc" },
    ],
  });
  face.group.scale.setScalar(1.12);
  put(face.group, 120, 86, 0.02);

  const body = solid(ball(0.46, 0.5, 0.36), FUR);
  put(body, 120, 160, -0.22);

  const yarn = put(new Group(), 120, 170, 0.2);
  yarn.add(solid(ball(0.52), YARN));
  for (let i = 0; i < 9; i++) {
    const strand = new Mesh(new TorusGeometry(0.515, 0.02, 6, 48), glow("#17786f"));
    // Three bundles of three, wound across each other.
    const lean = [-0.5, 0.62, 1.9][i % 3] ?? 0;
    const shift = (Math.floor(i / 3) - 1) * 0.13;
    strand.rotation.set(1.35 + lean * 0.35, 0.3 * lean, lean);
    strand.scale.setScalar(Math.sqrt(1 - shift * shift) * 1.0);
    strand.translateZ(shift * 1.05);
    yarn.add(strand);
  }
  const curl: [number, number, number][] = [
    [x(140), 0.04, 0.35],
    [x(180), 0.04, 0.5],
    [x(212), 0.04, 0.45],
    [x(220), 0.04, 0.25],
    [x(204), 0.04, 0.2],
    [x(198), 0.04, 0.34],
    [x(206), 0.05, 0.36],
  ];
  const thread = solid(rope(curl, 0.03), YARN, 0.02);

  const paws = [88, 152].map((at) => put(paw("#fff1dc"), at, 134, 0.5));
  const back = tail(
    bezier([158, 158], [212, 166, 232, 132, 216, 106], [206, 92, 192, 102, 200, 114]),
    FUR,
    -0.28,
  );

  root.add(back.root, body, yarn, thread, face.group, ...paws);
  return {
    root,
    head: face.group,
    eyes: face.eyes,
    ears: face.ears,
    body,
    tail: back,
    idle(at_s, calm) {
      // It kneads; the ball rolls to and fro below its paws.
      yarn.rotation.z = 0.22 * calm * Math.sin(at_s * 1.7);
      paws.forEach((one, i) => {
        one.position.y = y(134) + calm * 0.06 * Math.max(0, Math.sin(at_s * 3.4 + i * Math.PI));
      });
    },
  };
}
