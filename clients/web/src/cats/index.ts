/**
 * The cats in three dimensions: `const { openStage } = await import("../cats")`, so that a page
 * stands before they are loaded.
 */

import { ThreeStage } from "./stage";
import type { Stage } from "./types";

export * from "./types";

/**
 * Set up a stage on a canvas whose size is given by CSS, transparent where nothing is. Throws `NoStage`.
 * One that does not run draws only when it is told to: `stage.draw(at_s)`.
 */
export async function openStage(
  canvas: HTMLCanvasElement,
  { runs = true }: { runs?: boolean } = {},
): Promise<Stage> {
  return ThreeStage.open(canvas, runs);
}
