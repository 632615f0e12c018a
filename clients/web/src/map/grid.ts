/** The ground where there are no tiles: lines that are so many metres apart, and a paw here and there. */

import type { Feature, FeatureCollection } from "geojson";
import { DEGREE_M, moved, ring } from "./ground";
import type { Place } from "./types";

export interface View {
  south: number;
  west: number;
  north: number;
  east: number;
  /** Metres of one CSS pixel in its middle. */
  metresPerPixel: number;
}

/** No two lines are nearer to each other than this. */
const NEAREST_PX = 44;
/** Every fifth line is a heavier one. */
const HEAVY = 5;

/** The metres between two lines: 1, 2 or 5 times a power of ten, the finest that can be told apart. */
export function spacing_m(metresPerPixel: number): number {
  const least = metresPerPixel * NEAREST_PX;
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5].find((times) => times * power >= least) ?? 10) * power;
}

export interface Grid {
  spacing_m: number;
  /** What the lines cover: somewhat more than what is seen, so that little moves need no new ones. */
  covers: Pick<View, "south" | "west" | "north" | "east">;
  lines: FeatureCollection;
  paws: FeatureCollection;
}

/**
 * The grid for a view. Its lines are multiples from latitude and longitude 0, with the length of a
 * degree of longitude taken at the nearest whole degree of latitude: true within one per cent up to
 * 60 degrees, and they stay where they are while the map is moved about a city.
 */
export function gridOf(view: View): Grid {
  const step_m = spacing_m(view.metresPerPixel);
  const latStep = step_m / DEGREE_M;
  const band = Math.min(80, Math.abs(Math.round((view.south + view.north) / 2)));
  const lonStep = latStep / Math.cos((band * Math.PI) / 180);
  const [tall, wide] = [view.north - view.south, view.east - view.west];
  const covers = {
    south: Math.max(-85, view.south - tall / 2),
    west: view.west - wide / 2,
    north: Math.min(85, view.north + tall / 2),
    east: view.east + wide / 2,
  };
  const rows = between(covers.south, covers.north, latStep);
  const columns = between(covers.west, covers.east, lonStep);
  return {
    spacing_m: step_m,
    covers,
    lines: collection([
      ...rows.map((row) => line(row, [covers.west, row * latStep], [covers.east, row * latStep])),
      ...columns.map((column) =>
        line(column, [column * lonStep, covers.south], [column * lonStep, covers.north]),
      ),
    ]),
    paws: collection(
      rows
        .filter((row) => row % HEAVY === 0)
        .flatMap((row) =>
          columns
            .filter((column) => column % HEAVY === 0 && hasPaw(row, column))
            .map((column) =>
              paw(
                { lat: (row + 2.5) * latStep, lon: (column + 2.5) * lonStep },
                step_m * 0.55,
                row + column,
              ),
            ),
        ),
    ),
  };
}

/** Whether a view still lies within what a grid covers, at a zoom that its spacing is right for. */
export function suits(grid: Grid, view: View): boolean {
  const { south, west, north, east } = grid.covers;
  const isInside =
    view.south >= south && view.north <= north && view.west >= west && view.east <= east;
  return isInside && spacing_m(view.metresPerPixel) === grid.spacing_m;
}

function between(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step);
  return Array.from(
    { length: Math.max(0, Math.floor(to / step) - first + 1) },
    (_, i) => first + i,
  );
}

function line(index: number, from: [number, number], to: [number, number]): Feature {
  return {
    type: "Feature",
    properties: { isHeavy: index % HEAVY === 0 },
    geometry: { type: "LineString", coordinates: [from, to] },
  };
}

/** About one large field of five; the same ones whenever it is asked. */
function hasPaw(row: number, column: number): boolean {
  const mixed = Math.sin(row * 12.9898 + column * 78.233) * 43_758.5453;
  return mixed - Math.floor(mixed) < 0.2;
}

/** A print of so many metres: a ball and four toes, turned by its place. */
function paw(middle: Place, size_m: number, seed: number): Feature {
  const turn = (seed * 1.7) % (2 * Math.PI);
  const [sin, cos] = [Math.sin(turn), Math.cos(turn)];
  const pads = [
    [0, -0.12, 0.34],
    [-0.52, 0.22, 0.16],
    [-0.2, 0.55, 0.17],
    [0.2, 0.55, 0.17],
    [0.52, 0.22, 0.16],
  ] as const;
  return {
    type: "Feature",
    properties: {},
    geometry: {
      type: "MultiPolygon",
      coordinates: pads.map(([right, up, radius]) => [
        ring(
          moved(middle, size_m * (right * cos - up * sin), size_m * (right * sin + up * cos)),
          size_m * radius,
          16,
        ),
      ]),
    },
  };
}

function collection(features: Feature[]): FeatureCollection {
  return { type: "FeatureCollection", features };
}
