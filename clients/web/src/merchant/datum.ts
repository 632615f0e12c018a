/**
 * WGS-84, GCJ-02 and BD-09, as the server has them (`gameserver/game/datum.py`): a map speaks WGS-84,
 * a store its own.
 */

import type { Datum, Drawn } from "./api";

export interface Place {
  lat: number;
  lon: number;
}

const A = 6_378_245;
const EE = 0.006693421622965943;
const BD = (Math.PI * 3000) / 180;
const { PI, sin, cos, sqrt, abs, hypot, atan2 } = Math;

function outsideChina({ lat, lon }: Place): boolean {
  return !(72.004 <= lon && lon <= 137.8347 && 0.8293 <= lat && lat <= 55.8271);
}

function wgs84ToGcj02(place: Place): Place {
  if (outsideChina(place)) return place;
  const x = place.lon - 105;
  const y = place.lat - 35;
  const ripple = ((20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * 2) / 3;
  let north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + ripple;
  north += ((20 * sin(y * PI) + 40 * sin((y / 3) * PI)) * 2) / 3;
  north += ((160 * sin((y / 12) * PI) + 320 * sin((y * PI) / 30)) * 2) / 3;
  let east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + ripple;
  east += ((20 * sin(x * PI) + 40 * sin((x / 3) * PI)) * 2) / 3;
  east += ((150 * sin((x / 12) * PI) + 300 * sin((x / 30) * PI)) * 2) / 3;
  const phi = (place.lat * PI) / 180;
  const magic = 1 - EE * sin(phi) ** 2;
  return {
    lat: place.lat + (north * 180) / (((A * (1 - EE)) / (magic * sqrt(magic))) * PI),
    lon: place.lon + (east * 180) / ((A / sqrt(magic)) * cos(phi) * PI),
  };
}

function gcj02ToBd09(place: Place): Place {
  if (outsideChina(place)) return place;
  const { lat, lon } = place;
  const radius = hypot(lon, lat) + 0.00002 * sin(lat * BD);
  const angle = atan2(lat, lon) + 0.000003 * cos(lon * BD);
  return { lat: radius * sin(angle) + 0.006, lon: radius * cos(angle) + 0.0065 };
}

/** The place that a conversion leads to `place` from; found by iteration, as there is no formula. */
function back(convert: (place: Place) => Place, place: Place): Place {
  if (outsideChina(place)) return place;
  let guess = place;
  for (let step = 0; step < 8; step++) {
    const seen = convert(guess);
    guess = { lat: guess.lat - seen.lat + place.lat, lon: guess.lon - seen.lon + place.lon };
  }
  return guess;
}

export function fromWgs84(datum: Datum, place: Place): Place {
  if (datum === "wgs84") return place;
  const gcj02 = wgs84ToGcj02(place);
  return datum === "gcj02" ? gcj02 : gcj02ToBd09(gcj02);
}

export function toWgs84(datum: Datum, place: Place): Place {
  if (datum === "wgs84") return place;
  const gcj02 = datum === "gcj02" ? place : back(gcj02ToBd09, place);
  return back(wgs84ToGcj02, gcj02);
}

/** An area that a store has drawn in its datum, as a map shows it. */
export function areaOnMap(datum: Datum, area: Drawn): Drawn {
  const corner = ([lon = 0, lat = 0]: number[]) => {
    const place = toWgs84(datum, { lat, lon });
    return [place.lon, place.lat];
  };
  const polygon = (rings: number[][][]) => rings.map((ring) => ring.map(corner));
  return area.type === "Polygon"
    ? { type: "Polygon", coordinates: polygon(area.coordinates) }
    : { type: "MultiPolygon", coordinates: area.coordinates.map(polygon) };
}
