/** Cardboard boxes: the one that is thrown, and the one that Parcel lives in. */

import { type BufferGeometry, Group, Mesh } from "three";
import { oval, painted, type Stroke } from "./paint";
import { block, fill, solid } from "./solid";

const CARD = "#d9a05f";
const FLAP = "#e9bd84";
const INSIDE = "#8a5a2b";

export interface Box {
  /** Stands on y = 0 with its middle above the origin. */
  root: Group;
  /** 0 is shut, 1 open wide. */
  open(part: number): void;
}

/** Tape, a label and a paw, on a front of 148 by 80. */
const PRINT: Stroke[] = [
  { d: "M-12-60H12V60H-12Z", fill: "#f4dfae", opacity: 0.85 },
  { d: "M-12-60V60M12-60V60", line: "#b57a3c", width: 3 },
  {
    d: "M28-6H58Q62-6 62-2V18Q62 22 58 22H28Q24 22 24 18V-2Q24-6 28-6Z",
    fill: "#fff8ea",
    line: "#3a2b3f",
    width: 4,
  },
  { d: "M31 3h16M31 12h24", line: "#3a2b3f", width: 3 },
  {
    d:
      oval(-42, 12, 10, 8) +
      oval(-54, 0, 4.5, 4.5) +
      oval(-42, -4, 4.5, 4.5) +
      oval(-30, 0, 4.5, 4.5),
    fill: "#a8652c",
  },
];

/** A box of a width, height and depth, with four flaps. */
export function cardboard(width: number, height: number, depth: number): Box {
  const root = new Group();
  const geometry: BufferGeometry = block(width, height, depth, 0.035);
  const paint = painted(geometry, CARD, PRINT, { cx: 0, cy: 0, half: 74 }, 512);
  // The print is drawn for Parcel's box; on others it is as wide as they are.
  const uv = geometry.getAttribute("uv");
  const at = geometry.getAttribute("position");
  for (let i = 0; i < uv.count; i++)
    uv.setXY(i, at.getX(i) / width + 0.5, at.getY(i) / width + 0.5);
  const shell = solid(geometry, paint);
  shell.position.y = height / 2;
  const mouth = new Mesh(block(width * 0.9, 0.02, depth * 0.88, 0.005), fill(INSIDE));
  mouth.position.y = height + 0.005;
  root.add(shell, mouth);

  const flaps = ([0, 1, 2, 3] as const).map((side) => {
    const isEnd = side % 2 === 1;
    const along = (isEnd ? depth : width) * 0.98;
    const reach = (isEnd ? width : depth) * (isEnd ? 0.3 : 0.42);
    const hinge = new Group();
    hinge.position.y = height;
    hinge.rotation.y = (side * Math.PI) / 2;
    const arm = new Group();
    arm.position.z = (isEnd ? width : depth) / 2;
    const leaf = solid(block(along, 0.035, reach, 0.012), FLAP);
    leaf.position.z = -reach / 2;
    arm.add(leaf);
    hinge.add(arm);
    root.add(hinge);
    return { arm, isEnd };
  });

  return {
    root,
    open(part) {
      for (const { arm, isEnd } of flaps) arm.rotation.x = part * (isEnd ? 3.7 : 3.55);
    },
  };
}
