/** From degrees to the pixels of a screen: a plane around the middle of the stores. */

export type Degrees = readonly [lat: number, lon: number];

export interface Point {
  x: number;
  y: number;
}

/** Where on the screen the city may be, in pixels. */
export interface Room {
  left: number;
  top: number;
  width: number;
  height: number;
}

const METRES_PER_DEGREE = 111_195;
const NARROWEST_M = 1_200;

/** Of a hundred places, the outermost one on each side may be off the chart. */
const OUTLIERS = 0.01;

export class Chart {
  readonly metre: number;
  #lat0: number;
  #lon0: number;
  #scale: number;
  #centre: Point;

  /** All of the places (but far outliers) fit into the room. */
  constructor(places: readonly Degrees[], room: Room) {
    this.#lon0 = places[0]?.[1] ?? 0;
    const [south, north] = spread(places.map(([lat]) => lat));
    const [west, east] = spread(places.map(([, lon]) => around(lon - this.#lon0)));
    this.#lat0 = (south + north) / 2;
    this.#lon0 = around(this.#lon0 + (west + east) / 2);
    this.#scale = Math.cos((this.#lat0 * Math.PI) / 180);
    const width_m = Math.max(NARROWEST_M, (east - west) * this.#scale * METRES_PER_DEGREE);
    const height_m = Math.max(NARROWEST_M, (north - south) * METRES_PER_DEGREE);
    this.metre = Math.min(room.width / width_m, room.height / height_m);
    this.#centre = { x: room.left + room.width / 2, y: room.top + room.height / 2 };
  }

  at(lat: number, lon: number): Point {
    const east_m = around(lon - this.#lon0) * this.#scale * METRES_PER_DEGREE;
    const north_m = (lat - this.#lat0) * METRES_PER_DEGREE;
    return {
      x: this.#centre.x + east_m * this.metre,
      y: this.#centre.y - north_m * this.metre,
    };
  }
}

function spread(values: number[]): [number, number] {
  const sorted = values.sort((a, b) => a - b);
  const out = Math.floor(sorted.length * OUTLIERS);
  return [sorted[out] ?? 0, sorted[sorted.length - 1 - out] ?? 0];
}

/** Degrees between -180 and 180. */
function around(degrees: number): number {
  return ((((degrees + 180) % 360) + 360) % 360) - 180;
}
