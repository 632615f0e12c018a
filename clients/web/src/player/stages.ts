/** The best stage that this device can show. */

import { signal } from "@preact/signals";
import type { Stage } from "../cats";
import { FlatStage } from "./flat_stage";

/** Which stage is set; null: none yet, and nobody can throw. A solid one draws a box of its own. */
export const staged = signal<"solid" | "flat" | null>(null);

/** In three dimensions on the canvas, or else flat in the other element: whatever the reason. */
export async function openAnyStage(
  canvas: HTMLCanvasElement,
  flat: HTMLElement,
  load: () => Promise<Pick<typeof import("../cats"), "openStage">> = () => import("../cats"),
): Promise<Stage> {
  try {
    const { openStage } = await load();
    const stage = await openStage(canvas);
    staged.value = "solid";
    return stage;
  } catch {
    // No WebGL, or a part of the page that did not come: an older page's, or the network went.
    const stage = new FlatStage(flat);
    staged.value = "flat";
    return stage;
  }
}
