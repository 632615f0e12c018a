/** What happens between the box and the cat: the throw, into the box, out again, off, hurrah. */

import { type Camera, Group, type Object3D, type Scene, Vector3 } from "three";
import { Acts, eased, springy } from "./acts";
import { type Box, cardboard } from "./box";
import { Confetti } from "./confetti";
import { discard, SCALE } from "./rig";
import { BEFORE_M, type Flight, onTheWay } from "./throwing";
import type { Vector } from "./world";

/** The box in the hand: its size against the one that has landed, and where it is, in metres. */
const IN_HAND = 0.31;
const OPEN = 0.85;
const HAND: Vector = { x: 0, y: -0.4, z: -1.05 };
const FALL_S = 2.6;

export class Play {
  private readonly acts = new Acts();
  private readonly box: Box = cardboard(1.3, 0.76, 0.98);
  /** The box in metres. */
  private readonly carton = new Group();
  private readonly confetti = new Confetti();
  private body: Object3D | null = null;
  private spot: Group | null = null;
  /** What it is scaled by when it just stands there. */
  private size = 1;
  private back: Promise<void> = Promise.resolve();
  private state: "in hand" | "in the air" | "holds the cat" = "in hand";

  constructor(
    private readonly scene: Scene,
    private readonly camera: Camera,
    private readonly calm: () => number,
  ) {
    this.carton.add(this.box.root);
    this.box.root.scale.setScalar(SCALE);
    scene.add(this.confetti.mesh);
    this.takeInHand();
  }

  advance(now_s: number): void {
    this.acts.advance(now_s);
    const { carton } = this;
    if (this.isIdle) {
      carton.position.y = HAND.y + 0.008 * this.calm() * Math.sin(now_s * 2);
      carton.rotation.set(0.3, 0.12 * this.calm() * Math.sin(now_s * 1.1), 0);
    }
    // It struggles: three shakes, a rest.
    if (this.state === "holds the cat" && this.acts.isIdle) {
      const shakes = Math.max(0, Math.sin(now_s * 2.4));
      carton.rotation.z = 0.11 * this.calm() * shakes * Math.sin(now_s * 22);
    }
  }

  /** Nothing happens: the cat may move as it likes. */
  get isIdle(): boolean {
    return this.state === "in hand" && this.acts.isIdle;
  }

  /** A cat has come: `body` is what is moved, in `spot`, where it stands. */
  enter(body: Object3D, spot: Group): void {
    this.body = body;
    this.spot = spot;
    this.carton.visible = true;
    this.size = body.scale.x;
    void this.acts.play({
      duration_s: 0.5,
      step: (part) => {
        body.scale.setScalar(this.size * Math.max(0.01, springy(part)));
      },
    });
  }

  async throwBox(flight: Flight): Promise<"hit" | "miss"> {
    const { carton } = this;
    // One that went astray comes back first.
    await this.back;
    this.state = "in the air";
    this.camera.updateMatrixWorld(true);
    const start = carton.getWorldPosition(new Vector3());
    const heading = carton.getWorldDirection(new Vector3());
    this.scene.attach(carton);
    const facing = Math.atan2(heading.x, heading.z);
    await this.acts.play({
      duration_s: flight.duration_s,
      step: (part) => {
        const { x, y, z } = onTheWay(start, flight, part);
        carton.position.set(x, y, z);
        carton.rotation.set(-2 * Math.PI * this.calm() * eased(part), facing, 0);
        carton.scale.setScalar(IN_HAND + (1 - IN_HAND) * part);
      },
    });
    if (flight.outcome === "miss" || this.body === null) {
      this.back = this.bounceOff();
      return "miss";
    }
    void this.hopIn();
    return "hit";
  }

  /** Out of the box, if it is in there, and the box is in the hand again. */
  async release(root: Object3D | null): Promise<void> {
    const { body } = this;
    if (this.state !== "holds the cat" || body === null || root === null) return;
    const from = body.scale.x;
    await this.acts.play({
      duration_s: 0.7,
      step: (part) => {
        this.carton.rotation.z = 0;
        this.box.open(Math.min(1, part * 4));
        body.visible = part > 0.08;
        const high = 1.1 * Math.sin(Math.PI * part) * (1 - part * 0.3);
        body.position.set(0, high, BEFORE_M * (1 - eased(part)));
        body.scale.setScalar(from + (this.size - from) * eased(Math.min(1, part * 1.6)));
        body.rotation.y = 2 * Math.PI * eased(part) * this.calm();
        this.carton.scale.setScalar(Math.max(0.01, 1 - eased(part)));
      },
    });
    body.rotation.y = 0;
    body.position.set(0, 0, 0);
    this.takeInHand();
    await this.growInHand();
  }

  /** Off it runs, in leaps, until it is too small to be seen. */
  async flee(spot: Group): Promise<void> {
    const { body } = this;
    if (body === null) return;
    await this.acts.play({
      duration_s: 0.25,
      step: (part) => {
        body.rotation.y = Math.PI * 0.85 * eased(part);
      },
    });
    const away = spot.position.clone().setY(0).normalize();
    const start = spot.position.clone();
    await this.acts.play({
      duration_s: 1.3,
      step: (part) => {
        const far = 7 * part * part + part;
        spot.position.copy(start).addScaledVector(away, far);
        body.position.y = 0.3 * this.calm() * Math.abs(Math.sin(part * Math.PI * 4));
        body.rotation.x = 0.2 * this.calm() * Math.cos(part * Math.PI * 8);
        body.scale.setScalar(Math.max(0.01, this.size * Math.min(1, (1 - part) * 3)));
      },
    });
  }

  /** The box stays shut, jumps for joy, and confetti falls. */
  async celebrate(spot: Group): Promise<void> {
    const { carton } = this;
    const isBoxed = this.state === "holds the cat";
    const thing = isBoxed ? carton : this.body;
    this.confetti.mesh.position.copy(spot.position).setY(0.45);
    const size = isBoxed ? 1 : this.size;
    const turn = thing?.rotation.y ?? 0;
    await this.acts.play({
      duration_s: this.calm() < 1 ? 1 : FALL_S,
      step: (part) => {
        if (this.calm() === 1) this.confetti.at(part, FALL_S);
        if (thing === null) return;
        const leap = part < 0.5 ? Math.abs(Math.sin(part * 4 * Math.PI)) * (1 - part) : 0;
        thing.position.y = 0.3 * this.calm() * leap;
        thing.rotation.z = 0;
        thing.rotation.y = turn + 2 * Math.PI * this.calm() * eased(Math.min(1, part * 2));
        thing.scale.setScalar(size * (part > 0.85 ? Math.max(0.01, (1 - part) / 0.15) : 1));
      },
    });
    this.confetti.mesh.visible = false;
  }

  /** Nobody is there any more; the box is in the hand. */
  clear(): void {
    this.acts.clear();
    this.body = null;
    this.spot = null;
    this.confetti.mesh.visible = false;
    this.takeInHand();
  }

  end(): void {
    this.acts.clear();
    discard(this.carton);
  }

  private async bounceOff(): Promise<void> {
    const { carton } = this;
    const from = carton.position.clone();
    await this.acts.play({
      duration_s: 0.55,
      step: (part) => {
        carton.position.y = from.y + 0.22 * Math.abs(Math.sin(part * Math.PI * 2)) * (1 - part);
        carton.rotation.z = 0.5 * part;
        carton.scale.setScalar(part > 0.7 ? Math.max(0.01, (1 - part) / 0.3) : 1);
      },
    });
    if (this.state !== "in the air") return;
    this.takeInHand();
    await this.growInHand();
  }

  /** An open box: no cat can help itself. */
  private async hopIn(): Promise<void> {
    const { body, spot } = this;
    if (body === null || spot === null) return;
    const { carton } = this;
    this.state = "holds the cat";
    carton.rotation.set(0, spot.rotation.y, 0);
    await this.acts.play({
      duration_s: 0.75,
      step: (part) => {
        this.box.open(part < 0.7 ? OPEN : (OPEN * (1 - part)) / 0.3);
        const hop = Math.min(1, part / 0.7);
        const squash = part < 0.12 ? 1 - 0.12 * Math.sin((part / 0.12) * Math.PI) : 1;
        carton.scale.set(2 - squash, squash, 2 - squash);
        body.position.z = BEFORE_M * eased(hop);
        body.position.y = 0.85 * Math.sin(Math.PI * hop) * (1 - 0.45 * hop) + 0.1 * hop;
        body.scale.setScalar(this.size * (1 - 0.62 * eased(hop)));
        body.visible = hop < 1;
      },
    });
    carton.scale.setScalar(1);
  }

  private takeInHand(): void {
    const { carton } = this;
    this.state = "in hand";
    // Nothing is thrown at nobody.
    carton.visible = this.body !== null;
    this.camera.add(carton);
    carton.position.set(HAND.x, HAND.y, HAND.z);
    carton.rotation.set(0.3, 0, 0);
    carton.scale.setScalar(IN_HAND);
    this.box.open(OPEN);
  }

  private growInHand(): Promise<void> {
    return this.acts.play({
      duration_s: 0.3,
      step: (part) => this.carton.scale.setScalar(IN_HAND * Math.max(0.01, springy(part))),
    });
  }
}
