/** The light on a stage: from above, before and to the left, as in the drawings. */

import { AmbientLight, DirectionalLight, type Object3D } from "three";

/** Light a scene so that a fill's lit side has just its colour, and its shade two thirds. */
export function light(scene: Object3D): void {
  const sun = new DirectionalLight(0xffffff, Math.PI * 0.34);
  sun.position.set(-1.2, 2.4, 3);
  scene.add(new AmbientLight(0xf8f4fb, Math.PI * 0.72), sun);
}
