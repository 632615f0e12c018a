/** A small compass of the camera screen: where the cat is, against where one looks. */

import { gaze } from "../gaze";
import { turn } from "../ground";
import type { Hunt } from "../state";

export function Ring({ hunt }: { hunt: Hunt }) {
  const right_deg = turn(gaze.value.heading_deg, hunt.bearing_deg);
  return (
    <svg viewBox="-24 -24 48 48" class="ring-compass" aria-hidden="true">
      <circle r="20" />
      <path d="M-9-19A21 21 0 0 1 9-19L0 0Z" class="beam" />
      <circle r="5" cy="-16" class="dot" transform={`rotate(${right_deg})`} />
    </svg>
  );
}
