/** Parcel: moved into the box, and pops up out of it. */

import { Group } from "three";
import { cardboard } from "../box";
import { head } from "../head";
import { paw, type Rig } from "../rig";
import { bezier, put, y } from "../solid";
import { tail } from "../tail";

const FUR = "#8f9bb0";

export function parcel(): Rig {
  const root = new Group();
  const face = head({
    fur: FUR,
    ear: "#f3b9c2",
    marks: [
      { d: "M0-46v16M-13-43l2 11M13-43l-2 11", line: "#66718a", width: 5.5 },
      { d: "M-30 24Q-20 43 0 43T30 24Q16 4 0 4T-30 24Z", fill: "#f4f1ee" },
    ],
  });
  face.group.scale.setScalar(1.12);
  put(face.group, 120, 94, 0);
  const box = cardboard(1.48, 0.8, 1.06);
  box.open(1);
  const paws = [86, 154].map((at) => put(paw("#f4f1ee"), at, 142, 0.54));
  const back = tail(
    bezier([186, 150], [224, 140, 222, 96, 204, 84], [194, 78, 184, 88, 192, 98]),
    FUR,
    -0.3,
  );
  root.add(box.root, back.root, face.group, ...paws);
  return {
    root,
    head: face.group,
    eyes: face.eyes,
    ears: face.ears,
    tail: back,
    idle(at_s, calm) {
      // It ducks, waits, and pops up.
      const turn = at_s % 6.5;
      const down =
        Math.min(1, Math.max(0, (turn - 4) / 0.35)) - Math.min(1, Math.max(0, (turn - 5.1) / 0.16));
      const over = turn > 5.26 ? Math.exp(-(turn - 5.26) * 5) * Math.sin((turn - 5.26) * 16) : 0;
      const lift = calm * (0.12 * over - 0.62 * down);
      face.group.position.y += lift;
      for (const one of paws) {
        // First off the rim, then down behind it.
        one.position.z = 0.54 - Math.min(0.3, Math.max(0, -lift) * 2);
        one.position.y = y(142) + Math.min(0, lift * 1.1 + 0.12);
      }
      box.open(1 - 0.35 * calm * down + 0.25 * calm * over);
      box.root.rotation.z = calm * 0.05 * down * Math.sin(at_s * 26);
    },
  };
}
