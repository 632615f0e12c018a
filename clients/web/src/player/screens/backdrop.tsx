/** A street to stand in where there is no camera. */

const SHOPS = [
  { x: 0, wall: "#f2c9a1", awning: "#d6304f" },
  { x: 130, wall: "#cfe3c4", awning: "#1f7a4d" },
  { x: 260, wall: "#d9cdf0", awning: "#6a4fb3" },
];

export function Backdrop() {
  return (
    <svg
      class="backdrop"
      viewBox="0 0 390 844"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
    >
      <rect width="390" height="844" fill="#bfe3ee" />
      <circle cx="318" cy="150" r="44" fill="#ffd45e" />
      <g stroke="#3a2b3f" stroke-width="4" stroke-linejoin="round">
        {SHOPS.map(({ x, wall, awning }, i) => (
          <g key={x} transform={`translate(${x} 0)`}>
            <path d={`M0 ${260 + i * 24}H130V520H0Z`} fill={wall} />
            <path
              d={`M24 ${292 + i * 24}h30v46h-30zM76 ${292 + i * 24}h30v46h-30z`}
              fill="#7cc4e8"
            />
            <path d="M8 404H122L132 436Q113 454 94 436T56 436T-2 436Z" fill={awning} />
            <path d="M22 456H66V520H22ZM82 456H112V520H82Z" fill="#fff6e4" />
          </g>
        ))}
        <path d="M-4 520H394V560H-4Z" fill="#e9d9bd" />
      </g>
      <rect y="562" width="390" height="282" fill="#cdb896" />
      <path
        d="M0 640H390M0 740H390M80 562 20 844M195 562V844M310 562 370 844"
        stroke="#bda683"
        stroke-width="3"
      />
    </svg>
  );
}
