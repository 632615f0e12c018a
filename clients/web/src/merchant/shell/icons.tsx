/** Signs of the console, drawn with the pen of the cats. */

const PATHS = {
  stores:
    "M4 10 5.500 5h13L20 10q-1.300 2-4 0-2.700 2-4 0-2.700 2-4 0-2.700 2-4 0ZM5.500 12v7h13v-7M10 19v-4h4v4",
  campaigns:
    "M3.500 7h17v3.500a1.700 1.700 0 0 0 0 3.400V17h-17v-3.100a1.700 1.700 0 0 0 0-3.400ZM9.500 9.500v5",
  live: "M3 12h4l2.500-6 4.500 12 2.500-6H21",
  till: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M8 8h3v3H8zM13.500 8h2.500v2.500M8 13.500h2.500V16M13.500 13.500H16V16",
  reports: "M5 20V11M12 20V4M19 20v-6",
  done: "M4.500 12.500 10 18 20 6.500",
  again: "M2.500 12.500 7.500 17.500 17 7M12 17.500 21.500 7",
  late: "M12 3.500a8.500 8.500 0 1 0 .01 0ZM12 7.500V12l3.500 2.500",
  no: "M6 6l12 12M18 6 6 18",
  unknown: "M9 9.200Q9 6 12 6t3 3q0 1.800-1.800 2.800T12 14.500M12 18v.01",
  other: "M4 10 5.500 5h13L20 10M5.500 12v7h13v-7M3.500 3.500l17 17",
  wait: "M7 4h10M7 20h10M8 4q0 5 4 8-4 3-4 8M16 4q0 5-4 8 4 3 4 8",
} as const;

export type IconName = keyof typeof PATHS;

/** A sign; what it means stands beside it in words. */
export function Icon({ name, size = 24 }: { name: IconName; size?: number }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
