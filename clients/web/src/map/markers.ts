/** Markers that follow a list: real buttons where they can be tapped. */

import { type Map as GlMap, Marker, type MarkerOptions } from "maplibre-gl";
import { difference, isAlike } from "./difference";
import type { Place } from "./types";

export interface MarkerKind<Thing> {
  /** An element for it, drawn by `draw` right after. */
  make(thing: Thing): HTMLElement;
  draw(element: HTMLElement, thing: Thing): void;
  anchor: NonNullable<MarkerOptions["anchor"]>;
}

export class Markers<Thing extends Place & { id: string }> {
  private readonly shown = new Map<string, Thing>();
  private readonly markers = new Map<string, Marker>();
  /** Called with the id and the place where somebody has dropped it; then they can be dragged. */
  onDrop: ((id: string, to: Place) => void) | undefined;

  constructor(
    private readonly map: GlMap,
    private readonly kind: MarkerKind<Thing>,
  ) {}

  show(things: readonly Thing[]): void {
    const { added, changed, removed } = difference(this.shown, things, isAlike);
    for (const id of removed) {
      this.markers.get(id)?.remove();
      this.markers.delete(id);
      this.shown.delete(id);
    }
    for (const thing of added) this.add(thing);
    for (const thing of changed) {
      const marker = this.markers.get(thing.id);
      if (marker === undefined) continue;
      this.shown.set(thing.id, thing);
      marker.setLngLat([thing.lon, thing.lat]);
      this.kind.draw(marker.getElement(), thing);
    }
    for (const marker of this.markers.values()) marker.setDraggable(this.onDrop !== undefined);
  }

  private add(thing: Thing): void {
    const element = this.kind.make(thing);
    this.kind.draw(element, thing);
    const marker = new Marker({ element, anchor: this.kind.anchor, clickTolerance: 6 })
      .setLngLat([thing.lon, thing.lat])
      .addTo(this.map);
    marker.on("dragend", () => {
      const { lat, lng } = marker.getLngLat().wrap();
      this.onDrop?.(thing.id, { lat, lon: lng });
    });
    this.shown.set(thing.id, thing);
    this.markers.set(thing.id, marker);
  }
}
