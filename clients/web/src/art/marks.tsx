/** Marks of a map. */

/** A shop front with a striped awning; its tip is at the bottom in the middle. */
export function StoreMark() {
  return (
    <svg viewBox="0 0 48 48" aria-hidden="true">
      <g stroke="#3a2b3f" stroke-width="2.5" stroke-linejoin="round">
        <path d="M24 46 17 38H8V18h32v20h-9Z" fill="#fffdf8" />
        <path
          d="M5 18 9 6h30l4 12q-4 6-9.5 0-4.500 6-9.500 0-4.500 6-9.500 0Q9 24 5 18Z"
          fill="#d6304f"
        />
        <path d="M20 38V27h8v11" fill="#7cc4e8" />
      </g>
    </svg>
  );
}

/** Me, and a beam to where the phone points (degrees clockwise from north). */
export function MeMark({ heading }: { heading?: number | undefined }) {
  return (
    <svg viewBox="0 0 44 44" aria-hidden="true">
      {heading !== undefined && (
        <path
          d="M22 22 10 2Q22-4 34 2Z"
          fill="#2f7fd6"
          opacity=".35"
          transform={`rotate(${heading} 22 22)`}
        />
      )}
      <circle cx="22" cy="22" r="10" fill="#fff" stroke="#3a2b3f" stroke-width="2.5" />
      <circle cx="22" cy="22" r="6" fill="#2f7fd6" />
    </svg>
  );
}
