/** Marks of a map. */

/** A shop front with a striped awning; its tip is at the bottom in the middle. */
export function StoreMark() {
  return (
    <svg viewBox="0 0 120 130" aria-hidden="true">
      <ellipse cx="60" cy="125" rx="22" ry="4" fill="#3a2b3f" opacity=".18" />
      <g stroke="#3a2b3f" stroke-width="6" stroke-linejoin="round">
        <path d="M20 46V96Q20 102 26 102H48L60 122 72 102H94Q100 102 100 96V46Z" fill="#fffdf8" />
        <path d="M30 66H54V88H30Z" fill="#bfe3ee" />
        <path d="M66 102V66H88V102Z" fill="#f59a3c" />
        <path
          d="M22 8H98L112 44Q112 58 98 58 85 58 85 46 85 58 72.5 58 60 58 60 46 60 58 47.5 58 35 58 35 46 35 58 22 58 8 58 8 44Z"
          fill="#d6304f"
        />
        <path
          d="M41 8H60V46Q60 58 47.5 58 35 58 35 46ZM79 8H98L112 44Q112 58 98 58 85 58 85 46Z"
          fill="#fffdf8"
        />
      </g>
      <circle cx="72" cy="84" r="2.5" fill="#3a2b3f" />
    </svg>
  );
}

/** Me, and a beam to where the phone points (degrees clockwise from north). */
export function MeMark({ heading }: { heading?: number | undefined }) {
  return (
    <svg viewBox="0 0 56 56" aria-hidden="true">
      {heading !== undefined && (
        <path
          d="M28 28 15 6Q28-1 41 6Z"
          fill="#2f7fd6"
          opacity=".3"
          transform={`rotate(${heading} 28 28)`}
        />
      )}
      <circle cx="28" cy="28" r="12.5" fill="#fffdf8" stroke="#3a2b3f" stroke-width="3" />
      <circle cx="28" cy="28" r="7.5" fill="#2f7fd6" />
      <path
        d="M24.5 25.5a4 4 0 0 1 3-2.5"
        fill="none"
        stroke="#fff"
        stroke-width="2"
        stroke-linecap="round"
      />
    </svg>
  );
}

/** A star in a round badge: there is something to be had. */
export function Star() {
  return (
    <svg viewBox="0 0 40 40" aria-hidden="true">
      <circle cx="20" cy="20" r="17" fill="#d6304f" stroke="#3a2b3f" stroke-width="3" />
      <path
        d="M20 8.5l3.5 7.300 8 1-5.900 5.5 1.5 8L20 26.400l-7.100 3.900 1.5-8-5.900-5.5 8-1Z"
        fill="#ffd45e"
        stroke="#3a2b3f"
        stroke-width="2"
        stroke-linejoin="round"
      />
    </svg>
  );
}
