/** What a page gives a map and hears from it. Degrees are WGS 84, lengths are metres. */

export interface Place {
  lat: number;
  lon: number;
}

/** The part of `GET /v1/config` that a map needs. */
export interface MapSettings {
  tiles: { url: string; kind: string; attribution: string } | null;
}

export interface MapOptions {
  centre: Place;
  zoom: number;
  /** For a wall at night. */
  dark?: boolean;
  settings: MapSettings;
  /** Buttons that zoom; by default where there is a mouse, and not on a wall. */
  hasButtons?: boolean;
}

export interface Me extends Place {
  accuracy_m: number;
  heading_deg?: number | undefined;
}

export interface StoreOnMap extends Place {
  id: string;
  name: string;
  /** A store that is not open is drawn pale. */
  isClosed?: boolean | undefined;
  isChosen?: boolean | undefined;
}

export interface CatOnMap extends Place {
  id: string;
  species: string;
  /** What the cat's button is called: "Boba, 27 m, with a coupon". */
  label: string;
  hasReward?: boolean | undefined;
  isInReach?: boolean | undefined;
}

export interface Circle extends Place {
  id: string;
  radius_m: number;
  kind: "reach" | "spawn" | "accuracy";
}

export interface Area {
  type: "Polygon" | "MultiPolygon";
  coordinates: number[][][] | number[][][][];
}

/** Takes a listener off again. */
export type Off = () => void;

/**
 * A map of streets. Every `show...` says all that is to be seen from now on; what has the same id
 * as before stays where it is or moves, and nothing else is touched.
 */
export interface StreetMap {
  /** Glide to a place; at the zoom that it has, where none is given. */
  centreOn(place: Place, zoom?: number): void;
  /** Follow somebody who walks: as `centreOn`, and not while the map is moved or glides elsewhere. */
  keepTo(place: Place): void;
  /** Show all of these places, with a margin. Nothing happens without any. */
  fit(places: readonly Place[]): void;
  zoom(): number;
  showMe(me: Me | null): void;
  showStores(
    stores: readonly StoreOnMap[],
    heard?: { onTap?: (id: string) => void; onDrag?: (id: string, to: Place) => void },
  ): void;
  showCats(cats: readonly CatOnMap[], heard: { onTap: (id: string) => void }): void;
  showCircles(circles: readonly Circle[]): void;
  /** Small dots, such as where cats would stand. */
  showPoints(places: readonly Place[]): void;
  /** An outline and a tint, in GeoJSON's order (longitude first). */
  showArea(area: Area | null): void;
  /** A click or tap on the map itself, not on a marker. */
  onClick(listener: (at: Place) => void): Off;
  /** After every step of a movement: for what a page draws above the map with `project`. */
  onMove(listener: () => void): Off;
  /** When the person moves the map to look elsewhere: by dragging, by keys, into a crowd of stores. */
  onTaken(listener: () => void): Off;
  /** Where a place is in the container, in CSS pixels. */
  project(place: Place): { x: number; y: number };
  destroy(): void;
}

/** The map cannot be drawn here: there is no WebGL 2, or its style did not come. */
export class NoMap extends Error {
  override readonly name = "NoMap";
}
