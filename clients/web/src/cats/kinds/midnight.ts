/** Midnight: sits in the crescent moon with a watch that says almost twelve. */

import { CylinderGeometry, Group, Mesh, Shape, ShapeGeometry, Sprite, TorusGeometry } from "three";
import { head } from "../head";
import { halo } from "../paint";
import { paw, type Rig } from "../rig";
import { bezier, glow, put, rope, slab, solid, turned, y } from "../solid";
import { tail } from "../tail";

const NIGHT = "#2b3270";
const GOLD = "#ffd45e";
const CAPE = "#7a4fc9";

function crescent(): Shape {
  const shape = new Shape();
  // Around the outer circle from tip to tip, and back along a smaller one.
  const centre = [-0.22, 0.9] as const;
  shape.absarc(...centre, 0.95, 1.34, 2 * Math.PI - 0.24, false);
  shape.absarc(centre[0] + 0.26, centre[1] + 0.16, 0.74, -0.56, 1.66, true);
  return shape;
}

function star(size: number, color = "#ffe9a6"): Mesh {
  const shape = new Shape();
  shape.moveTo(0, size);
  for (const [ex, ey] of [
    [size, 0],
    [0, -size],
    [-size, 0],
    [0, size],
  ] as const)
    shape.quadraticCurveTo(0, 0, ex, ey);
  return new Mesh(new ShapeGeometry(shape, 8), glow(color));
}

/** One side of the cape, hanging from the neck. */
function cape(side: number): Mesh {
  const shape = new Shape();
  shape.moveTo(side * 0.2, y(122));
  shape.quadraticCurveTo(side * 0.62, y(150), side * 0.68, y(204));
  shape.quadraticCurveTo(side * 0.54, y(216), side * 0.4, y(206));
  shape.quadraticCurveTo(side * 0.3, y(168), side * 0.08, y(136));
  shape.closePath();
  return solid(slab(shape, 0.16, 0.05), CAPE);
}

export function midnight(): Rig {
  const root = new Group();
  const cradle = new Group();
  const face = head({
    fur: NIGHT,
    ear: "#8b6fe0",
    nose: "#ffb0c0",
    mouth: "#c9cdf5",
    blush: "#8b6fe0",
    eyes: { iris: GOLD, rim: "#15183c", pupil: "#15183c" },
    marks: [{ d: "M8-42A13 13 0 1 0 8-20 10 10 0 1 1 8-42Z", fill: GOLD }],
  });
  face.group.scale.setScalar(1.06);
  put(face.group, 122, 86, 0.24);

  const moon = solid(slab(crescent(), 0.42, 0.1), GOLD);
  moon.position.z = -0.22;
  const gleam = rope(
    Array.from({ length: 12 }, (_, i) => {
      const angle = 2.1 + i * 0.22;
      return [-0.22 + 0.84 * Math.cos(angle), 0.9 + 0.84 * Math.sin(angle), 0.0] as const;
    }),
    0.03,
  );
  const body = solid(
    turned(
      [
        [0, 0.14],
        [0.36, 0.15],
        [0.42, 0.26],
        [0.4, 0.5],
        [0.3, 0.85],
        [0.22, 1.08],
        [0, 1.14],
      ],
      0.8,
    ),
    NIGHT,
  );
  body.position.z = 0.12;
  const sides = [-1, 1].map((side) => {
    const cloth = cape(side);
    cloth.position.z = 0.2;
    cloth.rotation.y = side * 0.3;
    return cloth;
  });
  for (const [drawnX, drawnY, size] of [
    [70, 184, 0.1],
    [176, 180, 0.1],
    [84, 156, 0.06],
    [160, 152, 0.06],
  ] as const)
    cradle.add(put(star(size), drawnX, drawnY, 0.36));
  const feet = [104, 140].map((at) => put(paw("#c9cdf5", 0.16, 0.13, 0.16), at, 202, 0.42));
  const collar = solid(new TorusGeometry(0.34, 0.045, 10, 40), GOLD);
  collar.rotation.x = Math.PI / 2 - 0.16;
  collar.scale.set(1, 0.84, 1);
  put(collar, 121, 131, 0.18);

  const watch = put(new Group(), 121, 136, 0.5);
  const dial = put(new Group(), 120, 240, 0.04);
  dial.position.set(0, -0.16, 0.03);
  const rim = solid(new CylinderGeometry(0.165, 0.165, 0.07, 32).rotateX(Math.PI / 2), GOLD);
  const plate = new Mesh(
    new CylinderGeometry(0.13, 0.13, 0.08, 32).rotateX(Math.PI / 2),
    glow("#fffaf0"),
  );
  const hand = (length: number) =>
    new Mesh(
      rope(
        [
          [0, 0, 0.05],
          [0, length, 0.05],
        ],
        0.015,
      ),
      glow("#3a2b3f"),
    );
  const minute = hand(0.1);
  const hour = hand(0.065);
  dial.add(rim, plate, minute, hour);
  watch.add(dial);

  const back = tail(bezier([160, 178], [206, 184, 222, 150, 204, 128]), NIGHT, -0.02, 0.062);

  const night = new Sprite(halo("#8b6fe0", 0.6));
  night.scale.setScalar(2.9);
  night.renderOrder = -1;
  put(night, 120, 120, -0.7);
  const sky = [
    put(star(0.16), 206, 48, -0.05),
    put(star(0.1), 176, 24, 0.0),
    put(star(0.09), 228, 84, -0.05),
    put(star(0.2, "#fff0b8"), 214, 104, 0.1),
    put(star(0.09), 30, 30, 0.1),
  ];

  const shine = new Mesh(gleam, glow("#fff0b8"));
  cradle.add(moon, shine, back.root, body, ...sides, ...feet, collar, watch, face.group);
  root.add(night, cradle, ...sky);
  return {
    root,
    head: face.group,
    eyes: face.eyes,
    ears: face.ears,
    body,
    tail: back,
    idle(at_s, calm) {
      // The moon rocks like a cradle; the watch ticks towards twelve.
      cradle.position.y = 0.1 + 0.05 * calm * Math.sin(at_s * 1.2);
      cradle.rotation.z = calm * 0.07 * Math.sin(at_s * 0.9);
      night.material.opacity = 0.8 + 0.2 * Math.sin(at_s * 1.6);
      watch.rotation.z = calm * 0.22 * Math.sin(at_s * 2.4);
      const tick = Math.floor(at_s) + Math.min(1, (at_s % 1) * 8);
      minute.rotation.z = -(tick % 60) * 0.1047;
      hour.rotation.z = 0.28;
      sky.forEach((one, i) => {
        const twinkle = 0.75 + 0.35 * Math.sin(at_s * (2.2 + i * 0.6) + i * 2);
        one.scale.setScalar(1 + calm * (twinkle - 1));
        one.rotation.z = calm * 0.3 * Math.sin(at_s * 0.7 + i);
      });
      for (const [i, cloth] of sides.entries())
        cloth.rotation.y = (i === 0 ? -1 : 1) * (0.3 + 0.06 * calm * Math.sin(at_s * 1.9));
    },
  };
}
