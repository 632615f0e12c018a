/** What the map beside the stores shows of the one that is being worked on. */

import { signal } from "@preact/signals";
import type { Drawn } from "../api";
import type { Place } from "../datum";

export interface Scene {
  /** The store's place, where it has one yet. */
  pin: Place | null;
  name: string;
  reach_m: number | null;
  spawn_m: number | null;
  cats: Place[];
  area: Drawn | null;
}

/** Null while no store is being worked on: then the map shows them all. */
export const scene = signal<Scene | null>(null);

/** Who wants to hear of a click on the map, or of the pin that was dragged. */
export const placing = signal<((place: Place) => void) | null>(null);

/** Where the next new store is to be: a click on the map of all stores. */
export const nextPlace = signal<Place | null>(null);

export function draw(change: Partial<Scene>): void {
  const blank: Scene = { pin: null, name: "", reach_m: null, spawn_m: null, cats: [], area: null };
  scene.value = { ...(scene.value ?? blank), ...change };
}
