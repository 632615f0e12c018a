/** Dumpling: asleep in a warm steamer, between two that are for sale. */

import { CylinderGeometry, Group, Mesh, TorusGeometry } from "three";
import { head } from "../head";
import { paw, type Rig } from "../rig";
import { ball, fill, glow, put, rope, solid, turned, x, y } from "../solid";

const DOUGH = "#fff6e4";
const SQUASH = 0.72;

export function dumpling(): Rig {
  const root = new Group();
  const face = head({
    fur: DOUGH,
    ear: "#ffc3b8",
    eyes: "closed",
    marks: [{ d: "M-3-45Q-16-36-18-24M3-45Q16-36 18-24M0-45V-26", line: "#d9b98c", width: 4 }],
  });
  face.group.scale.setScalar(1.14);
  put(face.group, 120, 100, 0.02);
  const knot = solid(
    turned([
      [0.02, 0],
      [0.1, 0.06],
      [0.11, 0.14],
      [0.05, 0.24],
      [0, 0.34],
    ]),
    "#fff0d6",
  );
  knot.position.set(0, 0.43, 0);
  knot.rotation.z = 0.12;
  face.group.add(knot);

  const basket = new Group();
  const wall = solid(new CylinderGeometry(0.88, 0.8, 0.6, 48).scale(1, 1, SQUASH), "#e0ab5c");
  wall.position.y = 0.31;
  const band = (height: number, radius: number) => {
    const hoop = new Mesh(new TorusGeometry(radius, 0.025, 6, 64), fill("#b57a2e"));
    hoop.rotation.x = Math.PI / 2;
    hoop.scale.set(1, SQUASH, 1);
    hoop.position.y = height;
    return hoop;
  };
  for (let i = 0; i < 15; i++) {
    const angle = ((i - 7) / 15) * 2.9;
    const slat = new Mesh(
      rope(
        [
          [0, 0.24, 0],
          [0, 0.36, 0],
        ],
        0.022,
      ),
      fill("#b57a2e"),
    );
    slat.position.set(0.845 * Math.sin(angle), 0.02, 0.845 * SQUASH * Math.cos(angle));
    basket.add(slat);
  }
  const rim = solid(new TorusGeometry(0.9, 0.085, 14, 64), "#f3cb86");
  rim.rotation.x = Math.PI / 2;
  rim.scale.set(1, SQUASH, 1);
  rim.position.y = y(159);
  const floor = new Mesh(
    new CylinderGeometry(0.86, 0.86, 0.02, 48).scale(1, 1, SQUASH),
    fill("#9a6a2c"),
  );
  floor.position.y = y(160);
  basket.add(wall, band(y(176), 0.865), band(y(200), 0.835), rim, floor);

  const buns = [-1, 1].map((side) => {
    const bun = put(new Group(), 120 + side * 58, 150, -0.06);
    const dough = solid(ball(0.3, 0.3, 0.3), "#fff0d6");
    const tip = solid(ball(0.07, 0.09, 0.07), "#fff0d6");
    tip.position.y = 0.31;
    bun.add(dough, tip);
    for (const lean of [-0.5, 0, 0.5]) {
      const pleat = rope(
        [
          [0.03 * lean, 0.29, 0.1],
          [0.16 * lean, 0.24, 0.19],
          [0.26 * lean, 0.14, 0.255],
        ],
        0.014,
      );
      bun.add(new Mesh(pleat, glow("#d9b98c")));
    }
    return bun;
  });

  const steam = [x(36), x(204), 0.28].map((across, i) => {
    const wisp = new Mesh(
      rope(
        [
          [0, 0, 0],
          [-0.09, 0.13, 0],
          [0.02, 0.26, 0],
          [0.09, 0.39, 0],
          [0, 0.52, 0],
        ],
        0.035,
      ),
      glow("#bfdfe6", 0.8),
    );
    wisp.position.set(across, 0, i === 2 ? -0.4 : -0.1);
    return wisp;
  });

  const paws = [88, 152].map((at) => put(paw(DOUGH), at, 152, 0.68));
  root.add(basket, ...buns, face.group, ...paws, ...steam);
  return {
    root,
    head: face.group,
    eyes: [],
    ears: face.ears,
    idle(at_s, calm) {
      // Deep breaths of a sleeper.
      const breath = Math.sin(at_s * 1.5);
      face.group.position.y += calm * 0.035 * breath;
      face.group.rotation.z += calm * 0.04 * Math.sin(at_s * 0.75);
      face.group.rotation.y *= 0.3;
      for (const bun of buns) bun.scale.y = 1 + 0.03 * calm * Math.sin(at_s * 1.5 + 1);
      steam.forEach((wisp, i) => {
        const part = (at_s * 0.35 * Math.max(calm, 0.2) + i / 3) % 1;
        wisp.position.y = y(150) + 0.75 * part;
        wisp.scale.set(1 + 0.4 * part, 1, 1);
        wisp.rotation.y = at_s * 0.8 + i;
        (wisp.material as ReturnType<typeof glow>).opacity = 0.85 * Math.sin(Math.PI * part);
      });
    },
  };
}
