/** The map of a page, on MapLibre GL. */

import type { Feature, Geometry } from "geojson";
import {
  AttributionControl,
  type GeoJSONSource,
  Map as GlMap,
  LngLatBounds,
  NavigationControl,
  ScaleControl,
} from "maplibre-gl";
import { texts } from "../i18n";
import { type Cluster, gathered } from "./clusters";
import { type Grid, gridOf, suits, type View } from "./grid";
import { accuracyOf, isSameCircle, ring } from "./ground";
import { Markers } from "./markers";
import { catMarker, clusterMarker, meMarker, storeMarker } from "./marks";
import { creditsOf, DARK, LIGHT, layersOf, SOURCES, styleOf } from "./style";
import { isInTime } from "./time";
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

const say = texts({
  map: ["Map", "地图"],
  nearer: ["Zoom in", "放大"],
  farther: ["Zoom out", "缩小"],
  credits: ["Where the map comes from", "地图来源"],
  metres: ["m", "米"],
  kilometres: ["km", "公里"],
});

/** A style that has not come by then is not waited for. */
const STYLE_WITHIN_MS = 10_000;

export class MapLibreMap implements StreetMap {
  private readonly stores: Markers<StoreOnMap>;
  private readonly clusters: Markers<Cluster>;
  private readonly cats: Markers<CatOnMap>;
  private readonly me: Markers<Me & { id: string }>;
  private allStores: readonly StoreOnMap[] = [];
  private circles: readonly Circle[] = [];
  private accuracy: Circle | null = null;
  private grid: Grid | null = null;
  private readonly takers = new Set<() => void>();
  private tapStore: ((id: string) => void) | undefined;
  private tapCat: ((id: string) => void) | undefined;

  private constructor(
    private readonly map: GlMap,
    hasGrid: boolean,
  ) {
    this.clusters = new Markers(
      map,
      clusterMarker((cluster) => {
        this.wasTaken();
        this.centreOn(cluster, map.getZoom() + 2);
      }),
    );
    this.stores = new Markers(
      map,
      storeMarker(({ id }) => this.tapStore?.(id)),
    );
    this.cats = new Markers(
      map,
      catMarker(({ id }) => this.tapCat?.(id)),
    );
    this.me = new Markers(map, meMarker());
    map.on("moveend", () => this.placeStores());
    map.on("dragstart", () => this.wasTaken());
    map.on("movestart", ({ originalEvent }) => {
      if (originalEvent instanceof KeyboardEvent) this.wasTaken();
    });
    if (hasGrid) {
      map.on("move", () => this.drawGrid());
      map.on("resize", () => this.drawGrid());
      this.drawGrid();
    }
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
        minZoom: 2,
        maxZoom: 20,
        attributionControl: false,
        dragRotate: false,
        pitchWithRotate: false,
        touchPitch: false,
        renderWorldCopies: true,
        locale: {
          "Map.Title": say("map"),
          "NavigationControl.ZoomIn": say("nearer"),
          "NavigationControl.ZoomOut": say("farther"),
          "AttributionControl.ToggleAttribution": say("credits"),
          "ScaleControl.Meters": say("metres"),
          "ScaleControl.Kilometers": say("kilometres"),
        },
      });
    } catch (error) {
      throw new NoMap("no WebGL 2", { cause: error });
    }
    // A tile that does not come is a hole in the map, and no more than that.
    map.on("error", () => undefined);
    container.classList.toggle("dark-map", dark);
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    const hasMouse = window.matchMedia("(pointer: fine)").matches;
    if (options.hasButtons ?? (hasMouse && !dark))
      map.addControl(new NavigationControl({ showCompass: false }), "bottom-right");
    map.addControl(new ScaleControl({ maxWidth: 96 }), "bottom-left");
    if (settings.tiles !== null) {
      const said = creditsOf(settings);
      const customAttribution = said === undefined ? {} : { customAttribution: said };
      map.addControl(new AttributionControl({ compact: true, ...customAttribution }));
    }
    const styled = new Promise<void>((ready) => map.once("style.load", () => ready()));
    if (!(await isInTime(styled, STYLE_WITHIN_MS))) {
      map.remove(); // or its WebGL context stays
      throw new NoMap("no style");
    }
    for (const id of SOURCES) map.addSource(id, { type: "geojson", data: collected([]) });
    for (const layer of layersOf(dark ? DARK : LIGHT)) map.addLayer(layer);
    return new MapLibreMap(map, settings.tiles === null);
  }

  centreOn(place: Place, zoom = this.map.getZoom()): void {
    this.map.easeTo({ center: [place.lon, place.lat], zoom });
  }

  keepTo({ lat, lon }: Place): void {
    if (!this.map.isMoving()) this.map.easeTo({ center: [lon, lat] });
  }

  fit(places: readonly Place[]): void {
    if (places.length === 0) return;
    const bounds = new LngLatBounds();
    for (const { lat, lon } of places) bounds.extend([lon, lat]);
    this.map.fitBounds(bounds, { padding: 64, maxZoom: 17 });
  }

  zoom(): number {
    return this.map.getZoom();
  }

  showMe(me: Me | null): void {
    this.me.show(me === null ? [] : [{ ...me, id: "me" }]);
    const accuracy = accuracyOf(me);
    // A compass turns the mark many times a second; its circle stays.
    if (isSameCircle(accuracy, this.accuracy)) return;
    this.accuracy = accuracy;
    this.drawCircles();
  }

  showStores(
    stores: readonly StoreOnMap[],
    heard: { onTap?: (id: string) => void; onDrag?: (id: string, to: Place) => void } = {},
  ): void {
    this.tapStore = heard.onTap;
    this.stores.onDrop = heard.onDrag;
    this.allStores = stores;
    this.placeStores();
  }

  showCats(cats: readonly CatOnMap[], heard: { onTap: (id: string) => void }): void {
    this.tapCat = heard.onTap;
    this.cats.show(cats);
  }

  showCircles(circles: readonly Circle[]): void {
    this.circles = circles;
    this.drawCircles();
  }

  showPoints(places: readonly Place[]): void {
    this.set(
      "points",
      places.map(({ lat, lon }) => feature({ type: "Point", coordinates: [lon, lat] })),
    );
  }

  showArea(area: Area | null): void {
    this.set("area", area === null ? [] : [feature(area as Geometry)]);
  }

  onClick(listener: (at: Place) => void): Off {
    const { unsubscribe } = this.map.on("click", ({ lngLat, originalEvent }) => {
      if ((originalEvent.target as Element).closest(".mark") !== null) return;
      const { lat, lng } = lngLat.wrap();
      listener({ lat, lon: lng });
    });
    return unsubscribe;
  }

  onMove(listener: () => void): Off {
    return this.map.on("move", listener).unsubscribe;
  }

  onTaken(listener: () => void): Off {
    this.takers.add(listener);
    return () => this.takers.delete(listener);
  }

  project({ lat, lon }: Place): { x: number; y: number } {
    const { x, y } = this.map.project([lon, lat]);
    return { x, y };
  }

  destroy(): void {
    for (const markers of [this.stores, this.clusters, this.cats, this.me]) markers.show([]);
    this.map.remove();
  }

  private set(source: (typeof SOURCES)[number], features: Feature[]): void {
    void (this.map.getSource(source) as GeoJSONSource).setData(collected(features));
  }

  private wasTaken(): void {
    for (const tell of this.takers) tell();
  }

  private drawCircles(): void {
    const circles = this.accuracy === null ? this.circles : [this.accuracy, ...this.circles];
    this.set(
      "circles",
      circles.map((circle) =>
        feature(
          { type: "Polygon", coordinates: [ring(circle, circle.radius_m)] },
          { kind: circle.kind },
        ),
      ),
    );
  }

  private placeStores(): void {
    const bounds = this.map.getBounds();
    const [south, north] = [bounds.getSouth(), bounds.getNorth()];
    const [west, east] = [bounds.getWest(), bounds.getEast()];
    // A little beyond the edges, so that those who come in are there already.
    const [tall, wide] = [(north - south) / 8, (east - west) / 8];
    const view = {
      south: south - tall,
      west: west - wide,
      north: north + tall,
      east: east + wide,
      zoom: this.map.getZoom(),
    };
    const { alone, clusters } = gathered(this.allStores, view, (store) => store.isChosen === true);
    this.stores.show(alone);
    this.clusters.show(clusters);
  }

  private drawGrid(): void {
    const view = this.view();
    if (this.grid !== null && suits(this.grid, view)) return;
    this.grid = gridOf(view);
    this.set("lines", this.grid.lines.features);
    this.set("paws", this.grid.paws.features);
  }

  private view(): View {
    const bounds = this.map.getBounds();
    const { lat } = this.map.getCenter();
    // The equator is 512 pixels long at zoom 0.
    const equator_m = 40_075_016.686;
    const pixels = 512 * 2 ** this.map.getZoom();
    return {
      south: bounds.getSouth(),
      west: bounds.getWest(),
      north: bounds.getNorth(),
      east: bounds.getEast(),
      metresPerPixel: (equator_m * Math.cos((lat * Math.PI) / 180)) / pixels,
    };
  }
}

function collected(features: Feature[]) {
  return { type: "FeatureCollection" as const, features };
}

function feature(geometry: Geometry, properties: Record<string, string> = {}): Feature {
  return { type: "Feature", properties, geometry };
}
