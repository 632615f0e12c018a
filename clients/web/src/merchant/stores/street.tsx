/** The map beside the stores. */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { texts } from "../../i18n";
import type { Circle, StreetMap } from "../../map";
import { pageSettings } from "../../net/players";
import { type Place, toWgs84 } from "../datum";
import { go } from "../route";
import { tell } from "../shell/said";
import { stores } from "../shop";
import { nextPlace, placing, type Scene, scene } from "./scene";

const say = texts({
  map: ["Map of the stores", "门店地图"],
  opening: ["Opening the map …", "正在打开地图……"],
  none: [
    "The map cannot be drawn in this browser (it needs WebGL 2). Places can be typed as numbers.",
    "此浏览器无法显示地图（需要 WebGL 2），可以直接填写经纬度。",
  ],
  here: ["Where I am", "我的位置"],
  all: ["All stores", "全部门店"],
  nowhere: ["The browser does not say where you are.", "浏览器没有提供您的位置。"],
  click: ["Tap the map to place a new store", "点击地图放置新门店"],
  drag: ["Tap the map or drag the store to its door", "点击地图，或拖动门店到门口"],
  reach: ["Catch radius", "捕捉半径"],
  spawn: ["Where cats live", "猫的活动范围"],
  cats: ["Where cats would stand", "猫会出现的位置"],
});

const PIN = "pin";
const CITY_ZOOM = 11;
const STREET_ZOOM = 16;

export function Street() {
  const box = useRef<HTMLDivElement>(null);
  const map = useSignal<StreetMap | null>(null);
  const broken = useSignal(false);

  useEffect(() => {
    let left = false;
    open(box.current as HTMLDivElement)
      .then((opened) => {
        if (left) opened.destroy();
        else map.value = opened;
      })
      .catch(() => {
        broken.value = true;
      });
    return () => {
      left = true;
      map.peek()?.destroy();
    };
  }, [map, broken]);

  const now = scene.value;
  const all = stores.value ?? [];
  const opened = map.value;
  useEffect(() => {
    if (opened) show(opened, now);
  }, [opened, now, all, placing.value]);

  // The place that somebody works on comes into view, but does not wander while it is dragged.
  const isWorking = now !== null;
  const hasPin = now?.pin != null;
  useEffect(() => {
    const pin = scene.peek()?.pin;
    if (opened && pin) opened.centreOn(pin, Math.max(opened.zoom(), STREET_ZOOM));
  }, [opened, isWorking, hasPin]);

  function whereIAm() {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) =>
        opened?.centreOn({ lat: coords.latitude, lon: coords.longitude }, STREET_ZOOM),
      () => tell(say("nowhere")),
    );
  }

  return (
    <section class="street" aria-label={say("map")}>
      <div class="street-map" ref={box} data-ready={opened !== null} />
      {broken.value ? (
        <p class="street-note">{say("none")}</p>
      ) : (
        <p class="street-note" hidden={isWorking && placing.value === null}>
          {opened === null ? say("opening") : placing.value ? say("drag") : say("click")}
        </p>
      )}
      {now !== null && <Legend scene={now} />}
      <div class="street-ways">
        <button type="button" onClick={whereIAm}>
          {say("here")}
        </button>
        {all.length > 0 && (
          <button type="button" onClick={() => opened?.fit(all.map(placeOf))}>
            {say("all")}
          </button>
        )}
      </div>
    </section>
  );
}

function Legend({ scene }: { scene: Scene }) {
  return (
    <ul class="legend">
      {scene.reach_m !== null && (
        <li class="reach">
          {say("reach")}: {scene.reach_m} m
        </li>
      )}
      {scene.spawn_m !== null && (
        <li class="spawn">
          {say("spawn")}: {scene.spawn_m} m
        </li>
      )}
      {scene.cats.length > 0 && (
        <li class="cats">
          {say("cats")}: {scene.cats.length}
        </li>
      )}
    </ul>
  );
}

async function open(box: HTMLElement): Promise<StreetMap> {
  const [{ openMap }, settings] = await Promise.all([import("../../map"), pageSettings()]);
  const places = (stores.peek() ?? []).map(placeOf);
  const centre = places[0] ?? { lat: 31.23, lon: 121.47 };
  const map = await openMap(box, { centre, zoom: CITY_ZOOM, settings });
  map.fit(places);
  map.onClick((place) => {
    if (placing.peek()) placing.peek()?.(place);
    else if (scene.peek() === null) {
      nextPlace.value = place;
      go("stores", "new");
    }
  });
  return map;
}

function show(map: StreetMap, now: Scene | null): void {
  if (now === null) {
    const all = (stores.peek() ?? []).map((store) => ({
      ...placeOf(store),
      id: store.id,
      name: store.name,
      isClosed: store.state === "paused" || store.spawn_plan === null,
    }));
    map.showStores(all, { onTap: (id) => go("stores", id) });
    map.showCircles([]);
    map.showPoints([]);
    map.showArea(null);
    return;
  }
  const { pin } = now;
  map.showStores(pin ? [{ ...pin, id: PIN, name: now.name, isChosen: true }] : [], {
    ...(placing.peek() && { onDrag: (_: string, to: Place) => placing.peek()?.(to) }),
  });
  map.showCircles(pin ? circles(now, pin) : []);
  map.showPoints(now.cats);
  map.showArea(now.area);
}

function circles({ reach_m, spawn_m }: Scene, pin: Place): Circle[] {
  const found: Circle[] = [];
  if (spawn_m !== null) found.push({ ...pin, id: "spawn", radius_m: spawn_m, kind: "spawn" });
  if (reach_m !== null) found.push({ ...pin, id: "reach", radius_m: reach_m, kind: "reach" });
  return found;
}

function placeOf(store: { lat: number; lon: number; datum: "wgs84" | "gcj02" | "bd09" }): Place {
  return toWgs84(store.datum, store);
}
