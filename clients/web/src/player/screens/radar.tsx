/** Where the cats are, where there is no map: north is up, and the rim is as far as one sees. */

import { texts } from "../../i18n";
import { near, rules } from "../state";

const say = texts({
  radar: ["Cats around you, north is up", "你身边的猫，上方为北"],
});

export function Radar() {
  const view_m = rules.value?.view_m ?? 200;
  return (
    <svg viewBox="-110 -110 220 220" class="radar" role="img" aria-label={say("radar")}>
      {[100, 66, 33].map((r) => (
        <circle key={r} r={r} class="ring" />
      ))}
      <path d="M0-104v-4" class="north" />
      {near.value
        .filter(({ distance_m }) => distance_m <= view_m)
        .map(({ id, species, distance_m, bearing_deg }) => {
          const r = (distance_m / view_m) * 100;
          const angle = (bearing_deg * Math.PI) / 180;
          const [x, y] = [r * Math.sin(angle) - 9, -r * Math.cos(angle) - 9];
          return <image key={id} href={`/art/${species}.svg`} x={x} y={y} width="18" height="18" />;
        })}
      <circle r="5" class="me" />
    </svg>
  );
}
