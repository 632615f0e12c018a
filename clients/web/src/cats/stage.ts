/** The stage, on three.js. */

import {
  HemisphereLight,
  Mesh,
  MeshToonMaterial,
  type Object3D,
  PerspectiveCamera,
  Scene,
  SphereGeometry,
  WebGLRenderer,
} from "three";
import { type CatOnStage, type Flick, type Gaze, NoStage, type Stage } from "./types";
import { between_deg, direction, shown_m, standing } from "./world";

const EYE_M = 1.1;
const RADIANS = Math.PI / 180;

export class ThreeStage implements Stage {
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(55, 1, 0.05, 50);
  private cat: Object3D | null = null;
  private gaze: Gaze = { heading_deg: 0, pitch_deg: 0 };

  private constructor(private readonly renderer: WebGLRenderer) {
    this.camera.position.y = EYE_M;
    this.camera.rotation.order = "YXZ";
    this.scene.add(new HemisphereLight(0xffffff, 0xd8c8e0, 3));
    this.resume();
  }

  static async open(canvas: HTMLCanvasElement): Promise<ThreeStage> {
    try {
      return new ThreeStage(new WebGLRenderer({ canvas, alpha: true, antialias: true }));
    } catch (error) {
      throw new NoStage("no WebGL", { cause: error });
    }
  }

  show({ bearing_deg, distance_m }: CatOnStage): void {
    this.clear();
    const cat = new Mesh(
      new SphereGeometry(0.5, 32, 24),
      new MeshToonMaterial({ color: 0xf59a3c }),
    );
    const { x, z } = standing(bearing_deg, shown_m(distance_m));
    cat.position.set(x, 0.5, z);
    this.scene.add(cat);
    this.cat = cat;
  }

  look(gaze: Gaze): void {
    this.gaze = gaze;
    this.camera.rotation.set(
      gaze.pitch_deg * RADIANS,
      -gaze.heading_deg * RADIANS,
      -(gaze.roll_deg ?? 0) * RADIANS,
    );
  }

  aimError(): number | null {
    if (this.cat === null) return null;
    const { x, y, z } = this.cat.position;
    const error = between_deg(direction(this.gaze.heading_deg, this.gaze.pitch_deg), {
      x,
      y: y - EYE_M,
      z,
    });
    return error > 45 ? null : error;
  }

  async flick({ dy }: Flick): Promise<"hit" | "miss"> {
    return dy < 0 && this.aimError() !== null ? "hit" : "miss";
  }

  async caught(): Promise<void> {
    this.clear();
  }

  missed(): void {}

  async fled(): Promise<void> {
    this.clear();
  }

  pause(): void {
    this.renderer.setAnimationLoop(null);
  }

  resume(): void {
    this.renderer.setAnimationLoop(() => this.draw());
  }

  destroy(): void {
    this.pause();
    this.renderer.dispose();
  }

  private clear(): void {
    if (this.cat !== null) this.scene.remove(this.cat);
    this.cat = null;
  }

  private draw(): void {
    const { clientWidth, clientHeight } = this.renderer.domElement;
    this.renderer.setSize(clientWidth, clientHeight, false);
    this.camera.aspect = clientWidth / Math.max(1, clientHeight);
    this.camera.updateProjectionMatrix();
    this.renderer.render(this.scene, this.camera);
  }
}
