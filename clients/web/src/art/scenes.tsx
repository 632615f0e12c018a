/** Drawings for moments when there is nothing else to see. */

export type SceneName =
  | "no-cats"
  | "no-coupons"
  | "no-catches"
  | "no-stores"
  | "no-camera"
  | "no-location"
  | "offline"
  | "lost"
  | "banned";

/** A drawing for an empty list or for trouble. What it means stands beside it in words. */
export function Scene({ name }: { name: SceneName }) {
  return (
    <svg viewBox="0 0 240 180" aria-hidden="true" class={`scene scene-${name}`}>
      <ellipse cx="120" cy="160" rx="80" ry="9" fill="#3a2b3f" opacity=".16" />
      <circle cx="120" cy="90" r="60" fill="#f59a3c" stroke="#3a2b3f" stroke-width="5" />
    </svg>
  );
}
