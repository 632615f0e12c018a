/** Gathering what stands too close to be told apart. */

import type { Place } from "./types";

export interface Cluster extends Place {
  /** The same while it is the same square of the map. */
  id: string;
  count: number;
}

export interface Seen {
  south: number;
  west: number;
  north: number;
  east: number;
  zoom: number;
}

/** Up to so many are shown one by one, wherever they stand. */
const FEW = 60;
const SQUARE_PX = 112;

/**
 * What to show of many things in a view: each by itself where they are few, else those that are
 * alone in their square of the map, and a cluster for every other square. What is `kept` is never
 * gathered; what is out of view is left out.
 */
export function gathered<Thing extends Place>(
  things: readonly Thing[],
  view: Seen,
  isKept: (thing: Thing) => boolean,
): { alone: Thing[]; clusters: Cluster[] } {
  const seen = things.filter((thing) => isKept(thing) || isIn(thing, view));
  if (seen.length <= FEW) return { alone: seen, clusters: [] };
  const alone: Thing[] = [];
  const squares = new Map<string, Thing[]>();
  const zoom = Math.floor(view.zoom);
  for (const thing of seen) {
    if (isKept(thing)) alone.push(thing);
    else {
      const square = squareOf(thing, zoom);
      const there = squares.get(square);
      if (there === undefined) squares.set(square, [thing]);
      else there.push(thing);
    }
  }
  const clusters: Cluster[] = [];
  for (const [id, there] of squares) {
    const [first] = there;
    if (first !== undefined && there.length === 1) alone.push(first);
    else clusters.push({ id, count: there.length, ...middle(there) });
  }
  return { alone, clusters };
}

function isIn({ lat, lon }: Place, { south, west, north, east }: Seen): boolean {
  // The view may lie across the date line, where its east is beyond 180 degrees.
  return lat >= south && lat <= north && (((lon - west) % 360) + 360) % 360 <= east - west;
}

/** The square of the Web Mercator map that a place is in; the world is 512 pixels wide at zoom 0. */
function squareOf({ lat, lon }: Place, zoom: number): string {
  const world_px = 512 * 2 ** zoom;
  const sine = Math.sin((lat * Math.PI) / 180);
  const across = ((lon + 180) / 360) * world_px;
  const down = (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * world_px;
  return `${zoom}/${Math.floor(across / SQUARE_PX)}/${Math.floor(down / SQUARE_PX)}`;
}

function middle(things: readonly Place[]): Place {
  const sum = things.reduce(
    ({ lat, lon }, thing) => ({ lat: lat + thing.lat, lon: lon + thing.lon }),
    {
      lat: 0,
      lon: 0,
    },
  );
  return { lat: sum.lat / things.length, lon: sum.lon / things.length };
}
