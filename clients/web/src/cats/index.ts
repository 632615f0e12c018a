/**
 * The cats in three dimensions: `const { openStage } = await import("../cats")`, so that a page
 * stands before they are loaded.
 */

import { ThreeStage } from "./stage";
import type { Stage } from "./types";

export * from "./types";

/** Set up a stage on a canvas, transparent where there is no cat. Throws `NoStage`. */
export async function openStage(canvas: HTMLCanvasElement): Promise<Stage> {
  return ThreeStage.open(canvas);
}
