/** Lines and circles on the ground, as GeoJSON. */

import { isAlike } from "./difference";
import type { Circle, Me, Place } from "./types";

/** Metres of one degree of latitude, on a sphere with the WGS 84 mean radius. */
export const DEGREE_M = (Math.PI / 180) * 6_371_008.8;

/** The place so far east and north of another. Good for some kilometres, away from the poles. */
export function moved(from: Place, east_m: number, north_m: number): Place {
  return {
    lat: from.lat + north_m / DEGREE_M,
    lon: from.lon + east_m / (DEGREE_M * Math.cos((from.lat * Math.PI) / 180)),
  };
}

/** A ring of places around one, closed, in GeoJSON's order (longitude first). */
export function ring(centre: Place, radius_m: number, corners = 72): [number, number][] {
  const places: [number, number][] = [];
  for (let corner = 0; corner <= corners; corner++) {
    const angle = (2 * Math.PI * (corner % corners)) / corners;
    const place = moved(centre, radius_m * Math.sin(angle), radius_m * Math.cos(angle));
    places.push([place.lon, place.lat]);
  }
  return places;
}

/** How vague somebody's position is, whichever way they look. */
export function accuracyOf(me: Me | null): Circle | null {
  if (me === null) return null;
  return { id: "me", lat: me.lat, lon: me.lon, radius_m: me.accuracy_m, kind: "accuracy" };
}

export function isSameCircle(one: Circle | null, other: Circle | null): boolean {
  return one === null || other === null ? one === other : isAlike(one, other);
}
