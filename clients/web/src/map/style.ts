/** The map's style: the operator's tiles, or paper with a grid. */

import type { LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { MapSettings } from "./types";

export interface Palette {
  paper: string;
  line: string;
  heavyLine: string;
  paw: string;
  spawn: string;
  reach: string;
  accuracy: string;
  area: string;
  point: string;
  ink: string;
}

export const LIGHT: Palette = {
  paper: "#fbf1de",
  line: "#f0e2c6",
  heavyLine: "#e3cfa8",
  paw: "#f4e6cb",
  spawn: "#e08a1e",
  reach: "#1f8f83",
  accuracy: "#2f7fd6",
  area: "#8a5cd6",
  point: "#f59a3c",
  ink: "#3a2b3f",
};

export const DARK: Palette = {
  paper: "#15111c",
  line: "#251e31",
  heavyLine: "#3b304d",
  paw: "#201a2b",
  spawn: "#ffc83d",
  reach: "#3fe6ff",
  accuracy: "#7cc4e8",
  area: "#8b6fe0",
  point: "#ffc83d",
  ink: "#15111c",
};

/** The operator's words on where a whole style is from; tiles of ours carry theirs themselves. */
export function creditsOf({ tiles }: MapSettings): string | undefined {
  return tiles?.kind === "style" && tiles.attribution !== "" ? tiles.attribution : undefined;
}

/** A style, or the address of one. `{s}` in a template stands for `a`, `b` and `c`. */
export function styleOf({ tiles }: MapSettings, isDark: boolean): StyleSpecification | string {
  if (tiles?.kind === "style") return tiles.url;
  const { paper } = isDark ? DARK : LIGHT;
  const style: StyleSpecification = {
    version: 8,
    sources: {},
    layers: [{ id: "paper", type: "background", paint: { "background-color": paper } }],
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

/** The sources of what a map shows below its markers. */
export const SOURCES = ["lines", "paws", "area", "circles", "points"] as const;

/** How they are drawn, from below to above. */
export function layersOf(palette: Palette): LayerSpecification[] {
  const byKind = { reach: palette.reach, spawn: palette.spawn };
  const colour: ["match", ["get", "kind"], "reach", string, "spawn", string, string] = [
    "match",
    ["get", "kind"],
    "reach",
    byKind.reach,
    "spawn",
    byKind.spawn,
    palette.accuracy,
  ];
  return [
    {
      id: "paws",
      type: "fill",
      source: "paws",
      paint: { "fill-color": palette.paw, "fill-antialias": true },
    },
    {
      id: "lines",
      type: "line",
      source: "lines",
      paint: {
        "line-color": ["case", ["get", "isHeavy"], palette.heavyLine, palette.line],
        "line-width": ["case", ["get", "isHeavy"], 1.6, 1],
      },
    },
    {
      id: "area",
      type: "fill",
      source: "area",
      paint: { "fill-color": palette.area, "fill-opacity": 0.1 },
    },
    {
      id: "area-edge",
      type: "line",
      source: "area",
      paint: { "line-color": palette.area, "line-width": 2.5, "line-dasharray": [3, 2] },
    },
    {
      id: "circles",
      type: "fill",
      source: "circles",
      paint: { "fill-color": colour, "fill-opacity": 0.12 },
    },
    {
      id: "circle-edges",
      type: "line",
      source: "circles",
      filter: ["!=", ["get", "kind"], "accuracy"],
      paint: { "line-color": colour, "line-width": 2.5, "line-dasharray": [2, 1.6] },
      layout: { "line-cap": "round" },
    },
    {
      id: "points",
      type: "circle",
      source: "points",
      paint: {
        "circle-color": palette.point,
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 12, 2, 17, 6],
        "circle-stroke-color": palette.ink,
        "circle-stroke-width": 2,
      },
    },
  ];
}
