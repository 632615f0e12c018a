/** The stage above the camera's picture, where a cat stands in the world. Angles are degrees. */

export interface CatOnStage {
  species: string;
  /** Clockwise from north. */
  bearing_deg: number;
  /** It is shown nearer than it is where it would be too small to see. */
  distance_m: number;
}

/** Where the phone's back points: clockwise from north, and up from the horizon. */
export interface Gaze {
  heading_deg: number;
  pitch_deg: number;
  /** Clockwise; 0 while the phone is upright. */
  roll_deg?: number;
}

/** A finger's flick: the way it went in CSS pixels (up is negative) and CSS pixels per second. */
export interface Flick {
  dx: number;
  dy: number;
  speed: number;
}

export interface Stage {
  /** Let a cat stand there: the one that is there already, or one of another species instead. */
  show(cat: CatOnStage): void;
  look(gaze: Gaze): void;
  /** Degrees between the middle of the view and the cat; null while it is out of view. */
  aimError(): number | null;
  /**
   * Throw the box; 2 to 3.5 heights of the canvas per second are an ordinary throw. While one is in
   * the air, or holds a cat, that one's outcome is the answer. After a "hit" the box holds the cat and shakes until the page has heard from
   * the server and calls `caught`, `missed` or `fled`. After a "miss" another may be thrown.
   */
  flick(flick: Flick): Promise<"hit" | "miss">;
  /** The box stays shut, confetti. Ends when the celebration has. */
  caught(): Promise<void>;
  /** The cat jumps out of the box and stays. */
  missed(): void;
  /** The cat runs off; the stage is empty after. */
  fled(): Promise<void>;
  /** Draw a moment of the stage's own time; a stage that runs does so by itself. */
  draw(at_s: number): void;
  pause(): void;
  resume(): void;
  destroy(): void;
}

/** The stage cannot be built here: there is no WebGL. Show the drawing `/art/<species>.svg`. */
export class NoStage extends Error {
  override readonly name = "NoStage";
}
