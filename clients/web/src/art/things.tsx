/** Things of the game. */

/** The box that is thrown. */
export function Box() {
  return (
    <svg viewBox="0 0 160 130" aria-hidden="true">
      <g stroke="#3a2b3f" stroke-width="5" stroke-linejoin="round" stroke-linecap="round">
        <path d="M32 44H128L112 26H48Z" fill="#8a5a2b" />
        <path d="M32 44H128V114Q128 122 120 122H40Q32 122 32 114Z" fill="#d9a05f" />
        <path d="M32 44 8 62 28 74 50 54ZM128 44 152 62 132 74 110 54Z" fill="#e9bd84" />
        <path d="M70 46H90V120H70Z" fill="#f4dfae" stroke="none" />
        <path d="M70 46V119M90 46V119" fill="none" stroke="#b57a3c" stroke-width="3" />
        <rect x="98" y="86" width="22" height="20" rx="3" fill="#fff8ea" stroke-width="3.5" />
        <path d="M103 93h8M103 99h12" fill="none" stroke-width="2.5" />
      </g>
      <g fill="#a8652c">
        <ellipse cx="51" cy="102" rx="8" ry="6.5" />
        <circle cx="41" cy="92" r="3.6" />
        <circle cx="51" cy="88.5" r="3.6" />
        <circle cx="61" cy="92" r="3.6" />
      </g>
    </svg>
  );
}

/** A coupon with nothing written on it: a ticket with a cat's ears and a star. */
export function CouponTicket() {
  return (
    <svg viewBox="0 0 200 130" aria-hidden="true">
      <g stroke="#3a2b3f" stroke-width="5" stroke-linejoin="round" stroke-linecap="round">
        <path d="M30 36 26 8Q27 1 34 6L58 30ZM102 36 106 8Q105 1 98 6L74 30Z" fill="#f59a3c" />
        <path d="M34 26 32 14 44 24M98 26 100 14 88 24" fill="#ffc9b0" stroke="none" />
        <path
          d="M14 30H186Q192 30 192 36V62A14 14 0 0 0 192 90V116Q192 122 186 122H14Q8 122 8 116V90A14 14 0 0 0 8 62V36Q8 30 14 30Z"
          fill="#ffd45e"
        />
        <path d="M128 36V116" fill="none" stroke-width="4" stroke-dasharray="1 10" />
        <path
          d="M158 54l6.5 13.5 15 2-11 10 2.7 15-13.2-7.2-13.2 7.2 2.7-15-11-10 15-2Z"
          fill="#d6304f"
          stroke-width="4"
        />
      </g>
      <g fill="#3a2b3f">
        <ellipse cx="50" cy="66" rx="6" ry="8" />
        <ellipse cx="82" cy="66" rx="6" ry="8" />
      </g>
      <g fill="#fff">
        <circle cx="52" cy="63" r="2.5" />
        <circle cx="84" cy="63" r="2.5" />
      </g>
      <g fill="#ff9fae" opacity=".8">
        <ellipse cx="38" cy="80" rx="7" ry="4.5" />
        <ellipse cx="94" cy="80" rx="7" ry="4.5" />
      </g>
      <path d="M62 75H70L66 79Z" fill="#f2788f" stroke="#f2788f" stroke-width="2" />
      <path
        d="M66 80q-2 7-9 5M66 80q2 7 9 5M30 98h72M30 108h48"
        fill="none"
        stroke="#3a2b3f"
        stroke-width="3.5"
        stroke-linecap="round"
      />
    </svg>
  );
}

/** A paw's print. */
export function Paw() {
  return (
    <svg viewBox="0 0 100 100" aria-hidden="true">
      <g fill="currentColor">
        <ellipse cx="50" cy="68" rx="24" ry="20" />
        <ellipse cx="17" cy="46" rx="10" ry="13" transform="rotate(-22 17 46)" />
        <ellipse cx="38" cy="24" rx="10.5" ry="14" transform="rotate(-6 38 24)" />
        <ellipse cx="63" cy="24" rx="10.5" ry="14" transform="rotate(6 63 24)" />
        <ellipse cx="84" cy="46" rx="10" ry="13" transform="rotate(22 84 46)" />
      </g>
    </svg>
  );
}
