/** The place of somebody who sits at a desk: a walker that goes where it is told. */

import { signal } from "@preact/signals";
import { byDistance, moved, type Spot } from "./ground";
import { keep, kept } from "./keep";
import type { PlaceSource, Told } from "./place";
import { fix, near, type Store, stores, target } from "./state";
import { type Aim, reading, step, type Walker, walker } from "./walker";

/** Walks to the next cat by itself. */
export const isWalking = signal(true);
/** Where a click on the map sent it. */
export const sentTo = signal<Spot | null>(null);
const held = new Set<string>();

const EVERY_MS = 1000;
const START_FAR_M = 45;
/** Where a walker of an earlier visit may go on: elsewhere it would have jumped. */
const KEPT_AS = "walker";

const HEADINGS: Readonly<Record<string, readonly [north: number, east: number]>> = {
  ArrowUp: [1, 0],
  ArrowDown: [-1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** Walk, and tell of it about once a second. Begins near a store, or where it was left. */
export function practising(told: Told): PlaceSource {
  let now: Walker | null = null;
  let last_ms = Date.now(); // not performance.now(), which sleeps when the laptop does
  let timer: ReturnType<typeof setTimeout>;

  function tick(): void {
    const at_ms = Date.now();
    const dt_s = Math.min(2, Math.max(0, (at_ms - last_ms) / 1000)); // a tab that slept has not walked
    last_ms = at_ms;
    now ??= begin();
    if (now !== null) {
      now = step(now, aim(), dt_s, Math.random);
      keep(KEPT_AS, now.at);
      const said = reading(now, Math.random);
      told.fix({ ...said, at_ms });
    }
    timer = setTimeout(tick, EVERY_MS * (0.94 + Math.random() * 0.12));
  }

  const pressed = (event: KeyboardEvent) => key(event, true);
  const released = (event: KeyboardEvent) => key(event, false);
  const letGo = () => held.clear();
  addEventListener("keydown", pressed);
  addEventListener("keyup", released);
  addEventListener("blur", letGo);
  tick();
  return {
    fresh: async () => undefined, // the last one is never old
    stop() {
      clearTimeout(timer);
      removeEventListener("keydown", pressed);
      removeEventListener("keyup", released);
      removeEventListener("blur", letGo);
    },
  };
}

function begin(): Walker | null {
  const before = kept<Spot>(KEPT_AS);
  if (before !== null) return walker(before, Math.random);
  const store = stores.value[Math.floor(Math.random() * stores.value.length)];
  if (store === undefined) return null;
  const angle = Math.random() * 2 * Math.PI;
  const at = moved(store, START_FAR_M * Math.cos(angle), START_FAR_M * Math.sin(angle));
  return walker(at, Math.random);
}

/** Arrow keys first, then a click on the map, then the next cat, then the next store. */
function aim(): Aim {
  const [north, east] = [...held].reduce(
    ([n, e], name) => {
      const [dn, de] = HEADINGS[name] ?? [0, 0];
      return [n + dn, e + de];
    },
    [0, 0],
  );
  if (north !== 0 || east !== 0) return { heading_deg: (Math.atan2(east, north) * 180) / Math.PI };
  if (sentTo.value !== null) return { to: sentTo.value, within_m: 2 };
  if (!isWalking.value) return null;
  const cat = target.value;
  if (cat !== null) return { to: cat, within_m: Math.min(12, cat.reach_m / 3) };
  const store = nearestStore();
  return store === null || near.value.length > 0 ? null : { to: store, within_m: 10 };
}

function nearestStore(): Store | null {
  const here = fix.value;
  return here === null ? null : (byDistance(here, stores.value)[0] ?? null);
}

/** Arrow keys walk where nothing else uses them: not in fields, lists, the map or the camera. */
function key(event: KeyboardEvent, isDown: boolean): void {
  if (HEADINGS[event.key] === undefined) return;
  if (!isDown) {
    held.delete(event.key);
    return;
  }
  const at = event.target as Element | null;
  if (at?.closest("input, select, textarea, [role=tablist], .hunt, .map") != null) return;
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  sentTo.value = null;
  isWalking.value = false;
  held.add(event.key);
}
