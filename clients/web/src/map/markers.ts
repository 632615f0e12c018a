/** Markers that follow a list: only what changed is touched. */

import { type Map as GlMap, Marker, type MarkerOptions } from "maplibre-gl";
import { difference, isAlike } from "./difference";
import type { Place } from "./types";

export interface MarkerKind<Thing> {
  /** An element for a thing. `now` says what the thing has become when it is asked later. */
  make(now: () => Thing): HTMLElement;
  /** Brings the element up to date; the first time right after it was made. */
  draw(element: HTMLElement, thing: Thing): void;
  /** Takes down what `draw` has put up. */
  clear?(element: HTMLElement): void;
  anchor: NonNullable<MarkerOptions["anchor"]>;
}

type Drop = (id: string, to: Place) => void;

interface Shown<Thing> {
  thing: Thing;
  marker: Marker;
}

/** Pixels that an arrow key moves a marker; with Shift, one at a time. */
const STRIDE_PX = 8;
const WAYS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export class Markers<Thing extends Place & { id: string }> {
  private readonly shown = new Map<string, Shown<Thing>>();
  /** Hears where somebody has dropped one; while it is set they can be dragged, and moved by keys. */
  onDrop: Drop | undefined;

  constructor(
    private readonly map: GlMap,
    private readonly kind: MarkerKind<Thing>,
  ) {}

  show(things: readonly Thing[]): void {
    const before = new Map([...this.shown].map(([id, { thing }]) => [id, thing]));
    const { added, changed, removed } = difference(before, things, isAlike);
    for (const id of removed) this.remove(id);
    for (const thing of added) this.add(thing);
    for (const thing of changed) {
      const shown = this.shown.get(thing.id);
      if (shown === undefined) continue;
      shown.thing = thing;
      shown.marker.setLngLat([thing.lon, thing.lat]);
      this.kind.draw(shown.marker.getElement(), thing);
    }
    for (const { marker } of this.shown.values()) marker.setDraggable(this.onDrop !== undefined);
  }

  private add(thing: Thing): void {
    const element = this.kind.make(() => this.shown.get(thing.id)?.thing ?? thing);
    this.kind.draw(element, thing);
    const marker = new Marker({ element, anchor: this.kind.anchor, clickTolerance: 6 })
      .setLngLat([thing.lon, thing.lat])
      .addTo(this.map);
    this.shown.set(thing.id, { thing, marker });
    marker.on("dragend", () => this.dropped(thing.id));
    this.listenToKeys(thing.id, marker);
  }

  private remove(id: string): void {
    const shown = this.shown.get(id);
    if (shown === undefined) return;
    this.kind.clear?.(shown.marker.getElement());
    shown.marker.remove();
    this.shown.delete(id);
  }

  private dropped(id: string): void {
    const shown = this.shown.get(id);
    if (shown === undefined) return;
    const { lat, lng } = shown.marker.getLngLat().wrap();
    // Where it was dropped it is, whatever the page makes of it: saying the old place moves it back.
    shown.thing = { ...shown.thing, lat, lon: lng };
    this.onDrop?.(id, { lat, lon: lng });
  }

  /** The arrow keys do what a finger does; the drop is when they are let go. */
  private listenToKeys(id: string, marker: Marker): void {
    const element = marker.getElement();
    let hasMoved = false;
    element.addEventListener("keydown", (event) => {
      const way = WAYS[event.key];
      if (way === undefined || this.onDrop === undefined) return;
      // The map would move along.
      event.stopPropagation();
      event.preventDefault();
      const stride = event.shiftKey ? 1 : STRIDE_PX;
      const { x, y } = this.map.project(marker.getLngLat());
      marker.setLngLat(this.map.unproject([x + stride * way[0], y + stride * way[1]]));
      hasMoved = true;
    });
    element.addEventListener("keyup", (event) => {
      if (!hasMoved || WAYS[event.key] === undefined) return;
      hasMoved = false;
      this.dropped(id);
    });
  }
}
