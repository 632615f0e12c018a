/** The stage, on three.js: where the camera is, what stands there, and when it is drawn. */

import {
  CircleGeometry,
  Group,
  Mesh,
  PerspectiveCamera,
  Scene,
  Vector3,
  WebGLRenderer,
} from "three";
import { coatOfKind } from "./coat";
import { KINDS } from "./kinds";
import { stray } from "./kinds/stray";
import { light } from "./light";
import { Play } from "./play";
import { discard, live, type Rig, SCALE } from "./rig";
import { glow, INK } from "./solid";
import { flightOf } from "./throwing";
import { type CatOnStage, type Flick, type Gaze, NoStage, type Stage } from "./types";
import { between_deg, direction, seenAt, shown_m, standing, strayed } from "./world";

/** Lower than a phone is held, so that the cats are met at eye level. */
const EYE_M = 0.95;
const VIEW_DEG = 58;
const MIDDLE_M = 0.5;
const RADIANS = Math.PI / 180;
/** Slower frames than this for so long, and fewer points are drawn, down to so many per CSS pixel. */
const SLOW_S = 0.045;
const PATIENCE_S = 0.7;
const COARSEST = 0.5;
/** A frame never takes longer on the stage, whatever held the browser up. */
const LONGEST_S = 0.3;

export class ThreeStage implements Stage {
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(VIEW_DEG, 1, 0.05, 40);
  /** Where the cat stands; it faces the camera. */
  private readonly spot = new Group();
  private readonly play: Play;
  private rig: Rig | null = null;
  private cat: CatOnStage | null = null;
  private gaze: Gaze = { heading_deg: 0, pitch_deg: 0 };
  private thrown: Promise<"hit" | "miss"> | null = null;
  private now_s = 0;
  private came_s = 0;
  private last_ms: number | null = null;
  private slow_s = 0;
  private ratio = Math.min(window.devicePixelRatio, 2);
  private isPaused = false;
  private readonly still = window.matchMedia("(prefers-reduced-motion: reduce)");
  private readonly sizes: ResizeObserver;

  private constructor(
    private readonly renderer: WebGLRenderer,
    private readonly runs: boolean,
  ) {
    this.camera.rotation.order = "YXZ";
    this.camera.position.y = EYE_M;
    const shadow = new Mesh(new CircleGeometry(0.42, 40), glow(INK, 0.2));
    shadow.rotation.x = -Math.PI / 2;
    shadow.scale.y = 0.6;
    shadow.position.y = 0.003;
    this.spot.add(shadow);
    this.spot.visible = false;
    this.scene.add(this.camera, this.spot);
    // From over the shoulder, wherever that is.
    light(this.camera);
    this.play = new Play(this.scene, this.camera, () => this.calm);
    this.sizes = new ResizeObserver(() => this.fitCanvas());
    this.sizes.observe(renderer.domElement);
    this.fitCanvas();
    document.addEventListener("visibilitychange", this.onVisibility);
    this.run();
  }

  static async open(canvas: HTMLCanvasElement, runs: boolean): Promise<ThreeStage> {
    // Asked for here: three.js would complain on the console.
    const context = canvas.getContext("webgl2", {
      alpha: true,
      antialias: true,
      powerPreference: "high-performance",
    });
    if (context === null) throw new NoStage("no WebGL 2");
    return new ThreeStage(new WebGLRenderer({ canvas, context, alpha: true }), runs);
  }

  /** 1, or little for who has asked for less motion. */
  private get calm(): number {
    return this.still.matches ? 0.1 : 1;
  }

  show(cat: CatOnStage): void {
    if (cat.species === this.cat?.species && this.rig !== null) {
      // The same one: its phone has moved, or knows better.
      this.cat = cat;
      return;
    }
    this.clear();
    this.cat = cat;
    const kind = KINDS[cat.species];
    if (kind !== undefined) this.enter(kind());
    else
      void coatOfKind(cat.species).then((coat) => {
        if (this.cat === cat && this.rig === null) this.enter(stray(coat));
      });
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
    if (this.rig === null) return null;
    const { x, z } = this.spot.position;
    this.camera.updateMatrixWorld();
    const seen = new Vector3(x, MIDDLE_M, z).project(this.camera);
    if (Math.abs(seen.x) > 1 || Math.abs(seen.y) > 1 || seen.z > 1) return null;
    const { heading_deg, pitch_deg } = this.gaze;
    return between_deg(direction(heading_deg, pitch_deg), { x, y: MIDDLE_M - EYE_M, z });
  }

  flick(flick: Flick): Promise<"hit" | "miss"> {
    this.thrown ??= this.throwBox(flick);
    return this.thrown;
  }

  async caught(): Promise<void> {
    await this.play.celebrate(this.spot);
    this.clear();
  }

  missed(): void {
    void this.play.release(this.rig?.root ?? null).then(() => {
      this.thrown = null;
    });
  }

  async fled(): Promise<void> {
    await this.play.release(this.rig?.root ?? null);
    await this.play.flee(this.spot);
    this.clear();
  }

  pause(): void {
    this.isPaused = true;
    this.run();
  }

  resume(): void {
    this.isPaused = false;
    this.run();
  }

  destroy(): void {
    this.renderer.setAnimationLoop(null);
    document.removeEventListener("visibilitychange", this.onVisibility);
    this.sizes.disconnect();
    this.play.end();
    discard(this.scene);
    this.renderer.dispose();
  }

  /** Draw what there is to see at a moment of the stage's own time, which only goes forward. */
  draw(at_s: number): void {
    this.now_s = at_s;
    if (this.rig !== null) live(this.rig, at_s, this.calm);
    if (this.play.isIdle && this.thrown === null) this.place(at_s - this.came_s);
    this.play.advance(at_s);
    this.renderer.render(this.scene, this.camera);
  }

  private readonly onVisibility = () => this.run();

  private run(): void {
    const isRunning = this.runs && !this.isPaused && !document.hidden;
    this.last_ms = null;
    this.renderer.setAnimationLoop(isRunning ? (at_ms) => this.frame(at_ms) : null);
  }

  private frame(at_ms: number): void {
    const passed_s = this.last_ms === null ? 0 : (at_ms - this.last_ms) / 1000;
    this.last_ms = at_ms;
    this.spare(passed_s);
    this.draw(this.now_s + Math.min(LONGEST_S, passed_s));
  }

  /** Draw fewer points where the frames stay slow. */
  private spare(frame_s: number): void {
    this.slow_s = frame_s > SLOW_S ? this.slow_s + frame_s : Math.max(0, this.slow_s - 2 * frame_s);
    if (this.slow_s < PATIENCE_S || this.ratio <= COARSEST) return;
    this.slow_s = 0;
    this.ratio = Math.max(COARSEST, this.ratio * 0.7);
    this.fitCanvas();
  }

  private fitCanvas(): void {
    const { clientWidth, clientHeight } = this.renderer.domElement;
    if (clientWidth === 0 || clientHeight === 0) return;
    this.renderer.setPixelRatio(this.ratio);
    this.renderer.setSize(clientWidth, clientHeight, false);
    this.camera.aspect = clientWidth / clientHeight;
    this.camera.updateProjectionMatrix();
    // What a canvas showed is gone with its size.
    this.renderer.render(this.scene, this.camera);
  }

  private enter(rig: Rig): void {
    this.place(0);
    this.spot.visible = true;
    const body = new Group();
    body.scale.setScalar(SCALE);
    body.add(rig.root);
    this.spot.add(body);
    this.rig = rig;
    this.came_s = this.now_s;
    this.play.enter(body, this.spot);
  }

  /** Put the cat where it is now, and let it look at you. */
  private place(at_s: number): void {
    if (this.cat === null) return;
    const { bearing_deg, distance_m } = this.cat;
    const { aside_m, up_m } = this.calm < 1 ? { aside_m: 0, up_m: 0 } : strayed(at_s);
    const { x, z } = standing(bearing_deg, shown_m(distance_m));
    const beside = standing(bearing_deg + 90, aside_m);
    this.spot.position.set(x + beside.x, 0, z + beside.z);
    this.spot.rotation.y = Math.atan2(-this.spot.position.x, -this.spot.position.z);
    this.rig?.root.parent?.position.setY(up_m);
  }

  private async throwBox(flick: Flick): Promise<"hit" | "miss"> {
    const { heading_deg } = this.gaze;
    const height_px = this.renderer.domElement.clientHeight;
    const cat = this.rig === null ? null : seenAt(this.spot.position);
    const flight = flightOf(flick, { height_px, heading_deg }, cat);
    const outcome = await this.play.throwBox(flight);
    if (outcome === "miss") this.thrown = null;
    return outcome;
  }

  private clear(): void {
    this.play.clear();
    this.thrown = null;
    this.cat = null;
    this.spot.visible = false;
    if (this.rig === null) return;
    const body = this.rig.root.parent;
    if (body !== null) this.spot.remove(body);
    discard(this.rig.root);
    this.rig = null;
  }
}
