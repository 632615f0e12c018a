/** The best stage that this device can show. */

import { signal } from "@preact/signals";
import type { Stage } from "../cats";

/** Which stage is set; null: none yet, and nobody can throw. A solid one draws a box of its own. */
export const staged = signal<"solid" | "flat" | null>(null);

/** In three dimensions on the canvas, or else flat in the other element. */
export async function openAnyStage(canvas: HTMLCanvasElement, flat: HTMLElement): Promise<Stage> {
  const { NoStage, openStage } = await import("../cats");
  try {
    const stage = await openStage(canvas);
    staged.value = "solid";
    return stage;
  } catch (error) {
    if (!(error instanceof NoStage)) throw error;
    const { FlatStage } = await import("./flat_stage");
    staged.value = "flat";
    return new FlatStage(flat);
  }
}
