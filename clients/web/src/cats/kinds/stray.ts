/** A cat of a kind that has a drawing and no shape yet: it sits there in the drawing's colours. */

import { Group } from "three";
import { head } from "../head";
import type { Rig } from "../rig";
import { bezier, darker, lighter, put } from "../solid";
import { tail } from "../tail";
import { sitting } from "./receipt";

export interface Coat {
  fur: string;
  /** Its bib, muzzle and paws. */
  bib: string;
}

export const PLAIN: Coat = { fur: "#f59a3c", bib: "#fff1dc" };

export function stray({ fur, bib }: Coat): Rig {
  const root = new Group();
  const face = head({
    fur,
    ear: "#ffc9b0",
    marks: [
      { d: "M0-46v15M-13-43l2 11M13-43l-2 11", line: darker(fur, 0.3), width: 5.5 },
      { d: "M-26 22Q-18 42 0 42T26 22Q14 8 0 8T-26 22Z", fill: lighter(bib, 0.2) },
    ],
  });
  face.group.scale.setScalar(1.06);
  put(face.group, 120, 76, 0.05);
  const { body, feet } = sitting(fur, bib);
  const back = tail(
    bezier([150, 204], [196, 214, 210, 180, 198, 150], [194, 138, 182, 142, 186, 152]),
    fur,
    -0.2,
    0.065,
  );
  root.add(back.root, body, ...feet, face.group);
  return {
    root,
    head: face.group,
    eyes: face.eyes,
    ears: face.ears,
    body,
    tail: back,
    idle(at_s, calm) {
      feet.forEach((foot, i) => {
        foot.position.y =
          0.12 + calm * 0.05 * Math.max(0, Math.sin(at_s * 2.6 + i * Math.PI) - 0.6);
      });
    },
  };
}
