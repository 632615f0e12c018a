/** The leaderboard and the newest stores. */

import { language } from "../i18n";
import { hue, shortName } from "./names";
import type { Leader } from "./news";
import { leaders, newest } from "./state";
import { say } from "./words";

export function Leaders() {
  const rows = leaders.value;
  return (
    <section class="panel leaders" aria-labelledby="leaders-title">
      <h2 id="leaders-title">{say("leaders")}</h2>
      {rows.length === 0 && <p class="nothing">{say("noLeaders")}</p>}
      <ol style={{ "--rows": rows.length }}>
        {/* In the order of their names, so that a row is moved, not made anew. */}
        {rows
          .map((row, place) => ({ row, place }))
          .sort((a, b) => (a.row.player < b.row.player ? -1 : 1))
          .map(({ row, place }) => (
            <Row key={row.player} row={row} place={place} best={rows[0]?.points ?? 1} />
          ))}
      </ol>
    </section>
  );
}

function Row({ row, place, best }: { row: Leader; place: number; best: number }) {
  const colour = `hsl(${hue(row.player)} 75% 70%)`;
  return (
    <li
      class={place < 3 ? "row top" : "row"}
      style={{ transform: `translateY(calc(var(--row) * ${place}))` }}
    >
      <span class="rank">{row.rank}</span>
      <svg class="face" viewBox="0 0 24 24" aria-hidden="true">
        <path d="M4 3l5 4h6l5-4v11a8 7 0 0 1-16 0Z" fill={colour} />
        <circle cx="9" cy="13" r="1.500" fill="#1b1329" />
        <circle cx="15" cy="13" r="1.500" fill="#1b1329" />
      </svg>
      <span class="name">{shortName(row.player)}</span>
      <span class="bar" aria-hidden="true">
        <span style={{ transform: `scaleX(${row.points / Math.max(1, best)})` }} />
      </span>
      <span class="points">
        {row.points.toLocaleString(language.value)}
        <span class="hidden-text"> {say("points")}</span>
      </span>
    </li>
  );
}

export function Newest() {
  const stores = newest.value;
  if (stores.length === 0) return null;
  return (
    <section class="panel newest" aria-labelledby="newest-title">
      <h2 id="newest-title">{say("newest")}</h2>
      <ul>
        {stores.map((store) => (
          <li key={store.id}>
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d="M3 9l2-5h14l2 5q-1 3-3 3t-3-2q-1 2-3 2t-3-2q-1 2-3 2t-3-3Z" fill="#ff7a6e" />
              <path d="M5 13v7h14v-7" fill="none" stroke="#ffd9a0" stroke-width="1.800" />
            </svg>
            <span>{store.name}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
