/** A little confetti. */

import { Color, InstancedMesh, Object3D, PlaneGeometry } from "three";
import { glow } from "./solid";

const COLOURS = ["#d6304f", "#ffc83d", "#2aa79b", "#7cc4e8", "#f59a3c", "#8a5cd6"];
const PIECES = 70;

/** A number from 0 to 1 that is always the same for the same two. */
function chance(index: number, salt: number): number {
  const mixed = Math.sin(index * 127.1 + salt * 311.7) * 43_758.5453;
  return mixed - Math.floor(mixed);
}

/** Where a piece is, so long after the bang: metres from where it went off. */
export function pieceAt(index: number, age_s: number): { x: number; y: number; z: number } {
  const angle = chance(index, 1) * 2 * Math.PI;
  const out = 0.3 + 1.3 * chance(index, 2);
  const up = 1.8 + 1.6 * chance(index, 3);
  // Air slows them down: the way of a speed that decays.
  const way = (1 - Math.exp(-1.6 * age_s)) / 1.6;
  return {
    x: out * Math.cos(angle) * way,
    y: up * way - 0.9 * age_s * age_s,
    z: out * Math.sin(angle) * way * 0.7,
  };
}

export class Confetti {
  readonly mesh = new InstancedMesh(new PlaneGeometry(0.045, 0.07), glow("#ffffff"), PIECES);
  private readonly piece = new Object3D();

  constructor() {
    this.mesh.material.side = 2;
    for (let i = 0; i < PIECES; i++)
      this.mesh.setColorAt(i, new Color(COLOURS[i % COLOURS.length]));
    this.mesh.frustumCulled = false;
    this.mesh.visible = false;
  }

  /** `part` of a fall that takes `lasting_s`. */
  at(part: number, lasting_s: number): void {
    this.mesh.visible = part < 1;
    const age_s = part * lasting_s;
    for (let i = 0; i < PIECES; i++) {
      const { x, y, z } = pieceAt(i, age_s);
      this.piece.position.set(x, y, z);
      this.piece.rotation.set(age_s * (3 + 5 * chance(i, 4)) + i, age_s * 4 * chance(i, 5), i);
      this.piece.scale.setScalar(Math.min(1, (1 - part) * 4, part * 20 + 0.01));
      this.piece.updateMatrix();
      this.mesh.setMatrixAt(i, this.piece.matrix);
    }
    this.mesh.instanceMatrix.needsUpdate = true;
  }
}
