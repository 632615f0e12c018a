/** The map goes along with the player, until the player looks elsewhere. */

import { effect, type Signal } from "@preact/signals";
import type { Off, StreetMap } from "../map/types";
import { fix } from "./state";

/** Keep a map where the player is while `isFollowing`, which ends when the map is taken. */
export function goAlong(
  map: Pick<StreetMap, "keepTo" | "onTaken">,
  isFollowing: Signal<boolean>,
): Off {
  const offs = [
    effect(() => {
      const me = fix.value;
      if (me !== null && isFollowing.peek()) map.keepTo(me);
    }),
    map.onTaken(() => {
      isFollowing.value = false;
    }),
  ];
  return () => {
    for (const off of offs) off();
  };
}

/** Back to the player, and along again. */
export function comeBack(
  map: Pick<StreetMap, "centreOn"> | null,
  isFollowing: Signal<boolean>,
  zoom: number,
): void {
  isFollowing.value = true;
  if (fix.value !== null) map?.centreOn(fix.value, zoom);
}
