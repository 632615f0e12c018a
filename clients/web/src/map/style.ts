/** The map's style: the operator's tiles, or paper. */

import type { StyleSpecification } from "maplibre-gl";
import type { MapSettings } from "./types";

export const PAPER = { light: "#fbf1de", dark: "#15111c" };

/** A style, or the address of one. `{s}` in a template stands for `a`, `b` and `c`. */
export function styleOf(settings: MapSettings, isDark: boolean): StyleSpecification | string {
  const { tiles } = settings;
  if (tiles?.kind === "style") return tiles.url;
  const style: StyleSpecification = {
    version: 8,
    sources: {},
    layers: [
      {
        id: "paper",
        type: "background",
        paint: { "background-color": isDark ? PAPER.dark : PAPER.light },
      },
    ],
  };
  if (tiles === null) return style;
  const hosts = tiles.url.includes("{s}") ? ["a", "b", "c"] : [""];
  style.sources.tiles = {
    type: "raster",
    tiles: hosts.map((host) => tiles.url.replace("{s}", host)),
    tileSize: 256,
    maxzoom: 19,
    attribution: tiles.attribution,
  };
  style.layers.push({
    id: "tiles",
    type: "raster",
    source: "tiles",
    // Tiles are drawn for daylight.
    paint: isDark ? { "raster-brightness-max": 0.45, "raster-saturation": -0.7 } : {},
  });
  return style;
}
