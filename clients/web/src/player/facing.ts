/** Which way a phone looks, from the angles of its orientation sensor. */

import { whole } from "./ground";

const DEG = Math.PI / 180;

/** As a `DeviceOrientationEvent` has them, `alpha` against north. */
export interface Angles {
  alpha: number;
  beta: number;
  gamma: number;
}

export interface Facing {
  heading_deg: number;
  pitch_deg: number;
}

/** Below this pitch the phone is held like a map, and its top edge is its front. */
const LIKE_A_MAP_DEG = -50;

/**
 * Where the camera at the back looks: its heading, and its pitch above the horizon. Held flat, a
 * phone's camera looks at the ground, so there its upper edge says where it points.
 *
 * The columns of the rotation matrix of the W3C's "Device Orientation and Motion", section "Worked
 * example": Z-X'-Y'', the earth's axes being east, north and up.
 */
export function facing({ alpha, beta, gamma }: Angles): Facing {
  const [cA, sA] = [Math.cos(alpha * DEG), Math.sin(alpha * DEG)];
  const [cB, sB] = [Math.cos(beta * DEG), Math.sin(beta * DEG)];
  const [cG, sG] = [Math.cos(gamma * DEG), Math.sin(gamma * DEG)];
  const camera = { east: -(cA * sG + cG * sA * sB), north: -(sA * sG - cA * cG * sB) };
  const top = { east: -cB * sA, north: cA * cB };
  const pitch_deg = Math.asin(Math.max(-1, Math.min(1, -cB * cG))) / DEG;
  const front = pitch_deg < LIKE_A_MAP_DEG ? top : camera;
  return { heading_deg: whole(Math.atan2(front.east, front.north) / DEG), pitch_deg };
}

/** A part of the way from one facing to the next, the short way around: it steadies a needle. */
export function eased(from: Facing, to: Facing, part: number): Facing {
  const right = ((to.heading_deg - from.heading_deg + 540) % 360) - 180;
  return {
    heading_deg: whole(from.heading_deg + right * part),
    pitch_deg: from.pitch_deg + (to.pitch_deg - from.pitch_deg) * part,
  };
}
