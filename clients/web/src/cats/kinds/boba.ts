/** Boba: a cat that is a cup of milk tea. */

import { DoubleSide, Group, Mesh, SphereGeometry, TorusGeometry } from "three";
import { ear, eyes, face, whiskers } from "../head";
import { painted } from "../paint";
import type { Rig } from "../rig";
import { ball, bezier, fill, glow, INK, put, rope, solid, turned, x, y } from "../solid";
import { tail } from "../tail";

const TEA = "#d9a777";
const PEARLS: readonly (readonly [number, number, number])[] = [
  [90, 206, 8],
  [108, 208, 8],
  [127, 207, 8],
  [146, 207, 8],
  [98, 191, 8],
  [119, 193, 8],
  [139, 192, 8],
  [155, 191, 7],
  [84, 188, 6],
];

/** The cup's radius at a height of the drawing. */
const radius = (drawnY: number): number => 0.44 + (0.14 * (220 - drawnY)) / 124;

export function boba(): Rig {
  const root = new Group();
  const shape = turned([
    [0, 0.02],
    [0.36, 0.02],
    [0.44, 0.07],
    [radius(180), y(180)],
    [radius(140), y(140)],
    [radius(96), y(96)],
    [0.2, y(95)],
    [0, y(95)],
  ]).translate(0, -y(140), 0);
  const cup = put(new Group(), 120, 140);
  const strokes = [
    { d: "M-70-60H70V-20Q40-8 0-18T-70-16Z", fill: "#f7e3c6" },
    ...face({}).map((stroke) => ({ ...stroke })),
  ];
  cup.add(solid(shape, painted(shape, TEA, strokes, { cx: 0, cy: 0, half: 90 }, 768)));
  const front = (drawnX: number, drawnY: number) => {
    const r = radius(140 + drawnY);
    return Math.sqrt(Math.max(0, r * r - (drawnX / 100) ** 2));
  };
  const pair = eyes({}, (ex, ey) => front(ex, ey) + 0.01);
  cup.add(...pair, whiskers(INK, 0.48));

  const pearls = PEARLS.map(([px, py, r]) => {
    const pearl = new Mesh(ball(r / 100, r / 100, 0.05), fill("#4a2a26"));
    const across = x(px);
    const rim = radius(py);
    pearl.position.set(across, y(py) - y(140), Math.sqrt(rim * rim - across * across) - 0.012);
    pearl.rotation.y = Math.asin(across / rim);
    const gleam = new Mesh(ball(0.018, 0.018, 0.012), glow("#8a5a4e"));
    gleam.position.set(-0.026, 0.03, 0.04);
    pearl.add(gleam);
    cup.add(pearl);
    return pearl;
  });

  const rim = solid(new TorusGeometry(0.6, 0.065, 14, 56), "#eefafb");
  rim.rotation.x = Math.PI / 2;
  put(rim, 120, 95);
  const glass = fill("#d7f1f4", 0.5);
  const dome = new Mesh(
    new SphereGeometry(0.58, 40, 20, 0, Math.PI * 2, 0, Math.PI / 2).scale(1, 0.86, 1),
    glass,
  );
  glass.side = DoubleSide;
  put(dome, 120, 92);
  dome.renderOrder = 2;
  // A glass has no hull to show its line: the arc that faces you.
  const arc = Array.from({ length: 25 }, (_, i) => {
    const angle = (i / 24) * Math.PI;
    return [0.585 * Math.cos(angle), 0.505 * Math.sin(angle), 0] as const;
  });
  const edge = put(new Mesh(rope(arc, 0.024), glow(INK)), 120, 92);
  const shine = put(
    new Mesh(
      rope(
        [
          [-0.4, 0.14, 0.36],
          [-0.34, 0.26, 0.34],
          [-0.2, 0.36, 0.33],
        ],
        0.03,
      ),
      glow("#ffffff"),
    ),
    120,
    92,
  );
  const straw = put(new Group(), 134, 92);
  straw.add(
    solid(
      rope(
        [
          [0, -0.1, 0],
          [0.11, 0.36, 0],
          [0.23, 0.8, 0],
        ],
        0.06,
      ),
      "#ff7fa0",
    ),
  );
  straw.position.z = -0.12;

  const ears = [-1, 1].map((side) => {
    const one = ear(side, TEA, "#ffc9b8");
    one.position.set(side * 0.42, y(50), -0.06);
    one.rotation.z = -side * 0.2;
    return one;
  });
  const back = tail(
    bezier([158, 196], [200, 204, 214, 172, 196, 156], [188, 150, 178, 158, 186, 166]),
    "#b98255",
    -0.16,
    0.065,
  );

  root.add(back.root, cup, rim, ...ears, straw, dome, edge, shine);
  return {
    root,
    head: cup,
    eyes: pair,
    ears,
    tail: back,
    idle(at_s, calm) {
      // It jiggles: a hop of the whole cup, then the pearls settle.
      const turn = at_s % 3.6;
      const hop = turn < 0.45 ? Math.sin((turn / 0.45) * Math.PI) : 0;
      const settle = turn > 0.45 ? Math.exp(-(turn - 0.45) * 4) : 0;
      const squash = settle * Math.sin((turn - 0.45) * 22);
      root.position.y = calm * 0.12 * hop;
      root.scale.set(1 + 0.05 * calm * squash, 1 - 0.06 * calm * squash, 1 + 0.05 * calm * squash);
      cup.rotation.y *= 0.5;
      straw.rotation.z = calm * (0.05 * Math.sin(at_s * 2) + 0.12 * squash);
      pearls.forEach((pearl, i) => {
        const py = PEARLS[i]?.[1] ?? 0;
        pearl.position.y =
          y(py) - y(140) + calm * (0.035 * hop + 0.008 * Math.sin(at_s * 2.4 + i * 1.7));
      });
    },
  };
}
