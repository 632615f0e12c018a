/**
 * A map of streets, with MapLibre GL: `const { openMap } = await import("../map")`, so that a page
 * stands before its map is loaded.
 */

import { setWorkerUrl } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { MapLibreMap } from "./maplibre";
import "./map.css";
import type { MapOptions, StreetMap } from "./types";

export * from "./types";

// A file of ours: the pages' policy lets no script in that is made on the spot.
setWorkerUrl(workerUrl);

/** Open a map in an empty element that has a size. Throws `NoMap`. */
export async function openMap(container: HTMLElement, options: MapOptions): Promise<StreetMap> {
  return MapLibreMap.open(container, options);
}
