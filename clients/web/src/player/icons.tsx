/** Small signs of the page's own, drawn with the outline of the cats. */

import type { ComponentChild } from "preact";

function Icon({ children }: { children: ComponentChild }) {
  return (
    <svg
      viewBox="0 0 24 24"
      class="icon"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      {children}
    </svg>
  );
}

export const PawIcon = () => (
  <Icon>
    <path d="M12 12c-3 0-5 3-5 5.2C7 19 8.3 20 10 20c.8 0 1.3-.3 2-.3s1.2.300 2 .3c1.7 0 3-1 3-2.8C17 15 15 12 12 12Z" />
    <ellipse cx="5.5" cy="11" rx="1.6" ry="2.2" />
    <ellipse cx="9.5" cy="6.5" rx="1.6" ry="2.4" />
    <ellipse cx="14.5" cy="6.5" rx="1.6" ry="2.4" />
    <ellipse cx="18.5" cy="11" rx="1.6" ry="2.2" />
  </Icon>
);

export const TicketIcon = () => (
  <Icon>
    <path d="M3 6h18v4a2 2 0 0 0 0 4v4H3v-4a2 2 0 0 0 0-4Z" />
    <path d="M14 6v2m0 3v2m0 3v2" />
  </Icon>
);

export const AlbumIcon = () => (
  <Icon>
    <path d="M5 20V7l3 2.5A9 9 0 0 1 12 8.5a9 9 0 0 1 4 1L19 7v13Z" />
    <path d="M9.5 13v.5m5-.5v.5M11 16.5l1 .7 1-.7" />
  </Icon>
);

export const CupIcon = () => (
  <Icon>
    <path d="M7 4h10v6a5 5 0 0 1-10 0ZM7 6H3.5c0 3 1.5 4.5 3.8 5M17 6h3.5c0 3-1.5 4.5-3.8 5M12 15v3m-4 2h8" />
  </Icon>
);

export const GearIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="3.2" />
    <path d="M12 3v2.5M12 18.5V21M3 12h2.5M18.5 12H21M5.6 5.6l1.8 1.8M16.6 16.6l1.8 1.8M5.6 18.4l1.8-1.8M16.6 7.4l1.8-1.8" />
  </Icon>
);

export const BackIcon = () => (
  <Icon>
    <path d="m14.5 5-7 7 7 7" />
  </Icon>
);

export const LocateIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="5.5" />
    <path d="M12 2.5v4m0 11v4M2.5 12h4m11 0h4" />
  </Icon>
);

/** Points up; turned to where the cat is. */
export const ArrowIcon = () => (
  <svg viewBox="0 0 48 48" aria-hidden="true">
    <path
      d="M24 5 39 41 24 33 9 41Z"
      fill="#d6304f"
      stroke="#3a2b3f"
      stroke-width="3.5"
      stroke-linejoin="round"
    />
  </svg>
);
