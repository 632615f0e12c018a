/** What the server says once a second: the events of `GET /v1/live` (docs/live.md). */

export interface Leader {
  rank: number;
  player: string;
  points: number;
  catches: number;
}

export interface OpenedStore {
  id: string;
  name: string;
  lat: number;
  lon: number;
  created_ms: number;
}

/** [lat, lon, radius_m, catches]: so many catches within a cell around a place. */
export type Light = readonly [lat: number, lon: number, radius_m: number, catches: number];

/** `leaders` and `newest` are there when they changed; a `start` has them, and `stores`. */
export interface News {
  second: number;
  now_ms: number;
  players: number;
  catches: number;
  coupons: number;
  catches_per_s: number;
  coupons_per_s: number;
  lights?: Light[];
  leaders?: Leader[];
  newest?: OpenedStore[];
  stores?: [lat: number, lon: number][];
}
