/** Things of the game. */

/** The box that is thrown. */
export function Box() {
  return (
    <svg viewBox="0 0 120 120" aria-hidden="true">
      <g stroke="#3a2b3f" stroke-width="5" stroke-linejoin="round" stroke-linecap="round">
        <path d="M22 50H98V100Q98 106 92 106H28Q22 106 22 100Z" fill="#d9a05f" />
        <path d="M22 50 6 66 18 74 36 56ZM98 50 114 66 102 74 84 56Z" fill="#e9bd84" />
      </g>
    </svg>
  );
}

/** A coupon with nothing written on it: a ticket with a star. */
export function CouponTicket() {
  return (
    <svg viewBox="0 0 160 96" aria-hidden="true">
      <path
        d="M8 12H152V36A12 12 0 0 0 152 60V84H8V60A12 12 0 0 0 8 36Z"
        fill="#ffd45e"
        stroke="#3a2b3f"
        stroke-width="5"
        stroke-linejoin="round"
      />
    </svg>
  );
}
