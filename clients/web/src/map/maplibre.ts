/** The map of a page, on MapLibre GL. */

import type { FeatureCollection, Geometry } from "geojson";
import { AttributionControl, type GeoJSONSource, Map as GlMap, LngLatBounds } from "maplibre-gl";
import { ring } from "./ground";
import { Markers } from "./markers";
import { catMarker, meMarker, storeMarker } from "./marks";
import { styleOf } from "./style";
import {
  type Area,
  type CatOnMap,
  type Circle,
  type MapOptions,
  type Me,
  NoMap,
  type Off,
  type Place,
  type StoreOnMap,
  type StreetMap,
} from "./types";

const NOTHING: FeatureCollection = { type: "FeatureCollection", features: [] };

export class MapLibreMap implements StreetMap {
  private readonly stores: Markers<StoreOnMap>;
  private readonly cats: Markers<CatOnMap>;
  private readonly me: Markers<Me & { id: string }>;
  private tapStore: ((id: string) => void) | undefined;
  private tapCat: ((id: string) => void) | undefined;

  private constructor(private readonly map: GlMap) {
    this.stores = new Markers(
      map,
      storeMarker((id) => this.tapStore?.(id)),
    );
    this.cats = new Markers(
      map,
      catMarker((id) => this.tapCat?.(id)),
    );
    this.me = new Markers(map, meMarker());
    this.addLayers();
  }

  static async open(container: HTMLElement, options: MapOptions): Promise<MapLibreMap> {
    const { centre, zoom, settings, dark = false } = options;
    let map: GlMap;
    try {
      map = new GlMap({
        container,
        center: [centre.lon, centre.lat],
        zoom,
        style: styleOf(settings, dark),
        attributionControl: false,
        dragRotate: false,
        pitchWithRotate: false,
        touchPitch: false,
      });
    } catch (error) {
      throw new NoMap("no WebGL 2", { cause: error });
    }
    container.classList.toggle("dark-map", dark);
    map.touchZoomRotate.disableRotation();
    map.addControl(new AttributionControl({ compact: true }));
    await new Promise<void>((ready) => map.once("style.load", () => ready()));
    return new MapLibreMap(map);
  }

  centreOn(place: Place, zoom = this.map.getZoom()): void {
    this.map.easeTo({ center: [place.lon, place.lat], zoom });
  }

  fit(places: readonly Place[]): void {
    if (places.length === 0) return;
    const bounds = new LngLatBounds();
    for (const { lat, lon } of places) bounds.extend([lon, lat]);
    this.map.fitBounds(bounds, { padding: 48, maxZoom: 17 });
  }

  zoom(): number {
    return this.map.getZoom();
  }

  showMe(me: Me | null): void {
    this.me.show(me === null ? [] : [{ ...me, id: "me" }]);
  }

  showStores(
    stores: readonly StoreOnMap[],
    heard: { onTap?: (id: string) => void; onDrag?: (id: string, to: Place) => void } = {},
  ): void {
    this.tapStore = heard.onTap;
    this.stores.onDrop = heard.onDrag;
    this.stores.show(stores);
  }

  showCats(cats: readonly CatOnMap[], heard: { onTap: (id: string) => void }): void {
    this.tapCat = heard.onTap;
    this.cats.show(cats);
  }

  showCircles(circles: readonly Circle[]): void {
    this.source("circles").setData({
      type: "FeatureCollection",
      features: circles.map((circle) => ({
        type: "Feature",
        properties: { kind: circle.kind },
        geometry: { type: "Polygon", coordinates: [ring(circle, circle.radius_m)] },
      })),
    });
  }

  showPoints(places: readonly Place[]): void {
    this.source("points").setData({
      type: "FeatureCollection",
      features: places.map(({ lat, lon }) => ({
        type: "Feature",
        properties: {},
        geometry: { type: "Point", coordinates: [lon, lat] },
      })),
    });
  }

  showArea(area: Area | null): void {
    this.source("area").setData(
      area === null ? NOTHING : { type: "Feature", properties: {}, geometry: area as Geometry },
    );
  }

  onClick(listener: (at: Place) => void): Off {
    const { unsubscribe } = this.map.on("click", ({ lngLat, originalEvent }) => {
      if ((originalEvent.target as Element).closest(".mark")) return;
      const { lat, lng } = lngLat.wrap();
      listener({ lat, lon: lng });
    });
    return unsubscribe;
  }

  onMove(listener: () => void): Off {
    return this.map.on("move", listener).unsubscribe;
  }

  project(place: Place): { x: number; y: number } {
    const { x, y } = this.map.project([place.lon, place.lat]);
    return { x, y };
  }

  destroy(): void {
    this.map.remove();
  }

  private source(id: string): GeoJSONSource {
    return this.map.getSource(id) as GeoJSONSource;
  }

  private addLayers(): void {
    for (const id of ["area", "circles", "points"])
      this.map.addSource(id, { type: "geojson", data: NOTHING });
    this.map.addLayer({
      id: "area",
      type: "fill",
      source: "area",
      paint: { "fill-color": "#8a5cd6", "fill-opacity": 0.12, "fill-outline-color": "#8a5cd6" },
    });
    this.map.addLayer({
      id: "circles",
      type: "fill",
      source: "circles",
      paint: { "fill-color": "#2aa79b", "fill-opacity": 0.14, "fill-outline-color": "#17786f" },
    });
    this.map.addLayer({
      id: "points",
      type: "circle",
      source: "points",
      paint: {
        "circle-color": "#f59a3c",
        "circle-radius": 5,
        "circle-stroke-color": "#3a2b3f",
        "circle-stroke-width": 2,
      },
    });
  }
}
