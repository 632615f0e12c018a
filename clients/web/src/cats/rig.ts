/** A cat that can be moved, and the motions that all cats share. */

import { Group, Mesh, type Object3D, type Texture } from "three";
import { ball, glow, INK, rope, solid } from "./solid";
import type { Wavy } from "./tail";

/** Metres of a unit that cats and boxes are built in. */
export const SCALE = 0.47;

export interface Rig {
  /** Stands on y = 0 and faces +z; about two units high. */
  root: Group;
  head: Object3D;
  eyes: readonly Object3D[];
  ears: readonly Object3D[];
  /** Breathes in and out. */
  body?: Object3D;
  tail?: Wavy;
  /** How far the tail's tip turns, in radians. */
  wag?: number;
  /** Its own motion; `calm` is 1, or near 0 for who wants little of it. */
  idle(at_s: number, calm: number): void;
}

/** How far open the eyes are: 1, and near 0 for a moment every few seconds, now and then twice. */
export function openness(at_s: number): number {
  const turn = at_s % 7.3;
  const closing = (from_s: number) => Math.max(0, 1 - Math.abs(turn - from_s) / 0.1);
  return 1 - 0.92 * Math.max(closing(2.1), closing(5.6), closing(5.9));
}

/** Where it looks: mostly at you, sometimes aside. Radians, positive to its left. */
export function glance(at_s: number): number {
  const turn = at_s % 11;
  if (turn < 6 || turn > 9) return 0;
  const part = Math.min(1, (turn - 6) / 0.4, (9 - turn) / 0.4);
  return part * part * (3 - 2 * part) * (Math.floor(at_s / 11) % 2 === 0 ? 0.45 : -0.45);
}

const resting = new WeakMap<Object3D, { y: number; rx: number; ry: number; rz: number }>();

function restOf(thing: Object3D) {
  let rest = resting.get(thing);
  if (rest === undefined) {
    const { x, y, z } = thing.rotation;
    rest = { y: thing.position.y, rx: x, ry: y, rz: z };
    resting.set(thing, rest);
  }
  return rest;
}

/** Breathe, blink, look about, twitch an ear, wave the tail, and do what its kind does. */
export function live(rig: Rig, at_s: number, calm: number): void {
  const breath = Math.sin(at_s * 2.1);
  const rest = restOf(rig.head);
  rig.head.position.y = rest.y + 0.012 * breath;
  rig.head.rotation.set(
    rest.rx + 0.02 * Math.sin(at_s * 1.3),
    rest.ry + calm * glance(at_s),
    rest.rz + calm * 0.05 * Math.sin(at_s * 0.9),
  );
  for (const eye of rig.eyes) eye.scale.y = openness(at_s);
  rig.ears.forEach((ear, i) => {
    const twitch = Math.max(0, Math.sin(at_s * 1.1 + i * 2) - 0.95) * 20;
    ear.rotation.z = restOf(ear).rz + calm * 0.12 * twitch * Math.sin(at_s * 24);
  });
  rig.body?.scale.set(1 + 0.012 * breath, 1 + 0.015 * breath, 1 + 0.02 * breath);
  if (rig.tail !== undefined) rig.tail.wave(at_s, calm * (rig.wag ?? 0.9));
  rig.idle(at_s, calm);
}

/** A paw with its toes. */
export function paw(color: string, rx = 0.16, ry = 0.13, rz = 0.14): Group {
  const group = new Group();
  group.add(solid(ball(rx, ry, rz), color));
  for (const side of [-1, 1]) {
    const at = side * 0.33 * rx;
    const toe = rope(
      [
        [at, -0.62 * ry, 0.8 * rz],
        [at, -0.25 * ry, 0.98 * rz],
        [at, 0.08 * ry, 1.0 * rz],
      ],
      0.013,
    );
    group.add(new Mesh(toe, glow(INK)));
  }
  return group;
}

/** Give back what a thing holds on the graphics card. */
export function discard(thing: Object3D): void {
  thing.traverse((part) => {
    const { geometry, material } = part as Partial<Mesh>;
    geometry?.dispose();
    for (const paint of [material ?? []].flat()) {
      (paint as { map?: Texture | null }).map?.dispose();
      paint.dispose();
    }
  });
}
