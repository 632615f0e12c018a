/** The map, loaded once it is wanted; a plain radar where there can be none. */

import { effect, type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { texts } from "../../i18n";
import type { StreetMap } from "../../map";
import { comeBack, goAlong } from "../following";
import { LocateIcon } from "../icons";
import { isPractice } from "../mode";
import { isWalking, sentTo } from "../practice";
import { compass, fix, near, stores, target, tiles } from "../state";
import { catLabel } from "../words";
import { pick } from "./cat_list";
import { Radar } from "./radar";

const say = texts({
  map: ["Map", "地图"],
  here: ["Back to me", "回到我的位置"],
});

const ZOOM = 17;

export function MapView() {
  const container = useRef<HTMLDivElement>(null);
  const map = useRef<StreetMap | null>(null);
  const hasNone = useSignal(false);
  /** Until the person looks elsewhere. */
  const isFollowing = useSignal(true);
  const here = fix.value;

  useEffect(() => {
    let isLeft = false;
    let off: () => void = () => undefined;
    // Of its own: the map before may still be on its way out.
    const element = document.createElement("div");
    element.style.height = "100%";
    async function open() {
      try {
        const { openMap } = await import("../../map");
        const centre = fix.peek() ?? stores.peek()[0];
        if (isLeft || centre === undefined) return;
        const opened = await openMap(element, {
          centre,
          zoom: ZOOM,
          settings: { tiles: tiles.value },
        });
        if (isLeft) return opened.destroy();
        map.current = opened;
        hasNone.value = false;
        off = follow(opened, isFollowing);
      } catch {
        // No WebGL, no style, or a part of the page that did not come.
        if (!isLeft) hasNone.value = true;
      }
    }
    if (container.current !== null && here !== null) {
      container.current.append(element);
      void open();
    }
    return () => {
      isLeft = true;
      off();
      map.current?.destroy();
      map.current = null;
      element.remove();
    };
  }, [here === null, tiles.value]);

  return (
    <section class="map" aria-label={say("map")}>
      <div class="map-canvas" ref={container} />
      {hasNone.value && <Radar />}
      <button
        type="button"
        class="round locate"
        aria-label={say("here")}
        onClick={() => comeBack(map.current, isFollowing, ZOOM)}
      >
        <LocateIcon />
      </button>
    </section>
  );
}

/** Keep a map as the page's state is; what it returns stops that. */
function follow(map: StreetMap, isFollowing: Signal<boolean>): () => void {
  const offs = [
    effect(() => {
      const me = fix.value;
      if (me === null) return;
      map.showMe({ ...me, heading_deg: compass.value?.heading_deg });
    }),
    goAlong(map, isFollowing),
    effect(() => map.showStores(stores.value)),
    effect(() => {
      const shown = near.value.map((cat) => ({
        id: cat.id,
        lat: cat.lat,
        lon: cat.lon,
        species: cat.species,
        label: catLabel(cat),
        hasReward: cat.reward !== undefined,
        isInReach: cat.is_in_reach,
      }));
      map.showCats(shown, { onTap: tapped });
    }),
    effect(() => {
      const cat = target.value;
      map.showCircles(
        cat === null
          ? []
          : [{ id: "reach", lat: cat.lat, lon: cat.lon, radius_m: cat.reach_m, kind: "reach" }],
      );
    }),
    map.onClick((at) => {
      if (!isPractice) return;
      isWalking.value = false;
      sentTo.value = at;
    }),
  ];
  return () => {
    for (const off of offs) off();
  };
}

function tapped(id: string): void {
  const cat = near.value.find((one) => one.id === id);
  if (cat !== undefined) pick(cat);
}
