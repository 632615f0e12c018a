/**
 * A made-up person with a made-up phone, for practice: feet that are never quite even, and a
 * receiver that errs as receivers do. Pure: time comes in as `dt_s`, chance as `rng`.
 *
 * The receiver's error is an Ornstein-Uhlenbeck process with a memory of a minute, as in the load
 * bots' receiver (clients/bot/catbot/receiver.py, which names the literature).
 */

import { bearingDeg, distanceM, moved, type Spot } from "./ground";

export type Rng = () => number;

const PACE_MPS = 1.2;
const PACE_MEMORY_S = 8;
const PACE_SPREAD = 0.12;
const SWAY_DEG = 6;
const ERROR_M = 3;
const ERROR_MEMORY_S = 60;
const JITTER_M = 0.2;

export interface Walker {
  /** Where the feet are. */
  at: Spot;
  /** The pace against the usual one, as a factor that wanders around 1. */
  pace: number;
  /** What the receiver is off by. */
  error_m: readonly [north: number, east: number];
}

/** Where a walker wants to go: to a spot, up to so near; or that way; or nowhere. */
export type Aim = { to: Spot; within_m: number } | { heading_deg: number } | null;

export interface Reading extends Spot {
  accuracy_m: number;
}

export function walker(at: Spot, rng: Rng): Walker {
  return { at, pace: 1, error_m: [gauss(rng) * ERROR_M, gauss(rng) * ERROR_M] };
}

export function step(from: Walker, aim: Aim, dt_s: number, rng: Rng): Walker {
  const pace = 1 + wandered(from.pace - 1, PACE_SPREAD, PACE_MEMORY_S, dt_s, rng);
  const [north, east] = from.error_m;
  const error_m = [
    wandered(north, ERROR_M, ERROR_MEMORY_S, dt_s, rng),
    wandered(east, ERROR_M, ERROR_MEMORY_S, dt_s, rng),
  ] as const;
  const far_m = PACE_MPS * Math.max(0.5, pace) * dt_s;
  return { at: walked(from.at, aim, far_m, rng), pace, error_m };
}

function walked(at: Spot, aim: Aim, far_m: number, rng: Rng): Spot {
  if (aim === null) return at;
  let heading_deg: number;
  let way_m = far_m;
  if ("to" in aim) {
    way_m = Math.min(far_m, distanceM(at, aim.to) - aim.within_m);
    if (way_m <= 0) return at;
    heading_deg = bearingDeg(at, aim.to);
  } else heading_deg = aim.heading_deg;
  const angle = ((heading_deg + gauss(rng) * SWAY_DEG) * Math.PI) / 180;
  return moved(at, way_m * Math.cos(angle), way_m * Math.sin(angle));
}

/** What the receiver says now. */
export function reading({ at, error_m: [north, east] }: Walker, rng: Rng): Reading {
  const seen = moved(at, north + gauss(rng) * JITTER_M, east + gauss(rng) * JITTER_M);
  return { ...seen, accuracy_m: Math.round((4.5 + rng() * 3) * 10) / 10 };
}

/** One step of an Ornstein-Uhlenbeck process around 0. */
function wandered(x: number, spread: number, memory_s: number, dt_s: number, rng: Rng): number {
  const kept = Math.exp(-dt_s / memory_s);
  return x * kept + gauss(rng) * spread * Math.sqrt(1 - kept * kept);
}

/** Box and Muller's normal variate. */
function gauss(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
}
