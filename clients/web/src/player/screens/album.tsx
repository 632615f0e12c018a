/** The album: who was caught, and the shapes of who was not. */

import { useEffect } from "preact/hooks";
import { language, texts } from "../../i18n";
import { askMe } from "../books";
import { Heading } from "../heading";
import { me, type Species, species } from "../state";
import { nameOf, numberText } from "../words";

const say = texts({
  title: ["Album", "图鉴"],
  sum: [
    "{kinds} of {all} kinds · {catches} caught · {points} points",
    "{all} 种中的 {kinds} 种 · 捉到 {catches} 只 · {points} 分",
  ],
  none: [
    "The album is still in the post. It needs a network once.",
    "图鉴还没送到，需要联网一次。",
  ],
  unknown: ["Not met yet", "还没遇见"],
  times: ["× {n}", "× {n}"],
  points: ["{n} points", "{n} 分"],
  common: ["common", "常见"],
  uncommon: ["uncommon", "少见"],
  rare: ["rare", "稀有"],
  legendary: ["legendary", "传说"],
});

const RARITIES = ["common", "uncommon", "rare", "legendary"] as const;

function rarityText(rarity: string): string {
  const known = RARITIES.find((name) => name === rarity);
  return known === undefined ? rarity : say(known);
}

export function Album() {
  useEffect(() => void askMe(), []);
  const caught = me.value?.species ?? {};
  const kinds = species.value.filter(({ id }) => (caught[id] ?? 0) > 0).length;
  return (
    <div class="scroll">
      <Heading>{say("title")}</Heading>
      <p>
        {say("sum", {
          kinds,
          all: species.value.length,
          catches: numberText(me.value?.catches ?? 0),
          points: numberText(me.value?.points ?? 0),
        })}
      </p>
      {species.value.length === 0 && <p class="note">{say("none")}</p>}
      <ul class="album">
        {species.value.map((kind) => (
          <li key={kind.id} class={kind.rarity}>
            <Card kind={kind} times={caught[kind.id] ?? 0} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Card({ kind, times }: { kind: Species; times: number }) {
  const is_known = times > 0;
  const about = language.value === "zh" ? kind.about_zh : kind.about_en;
  return (
    <>
      <img
        src={`/art/${kind.id}.svg`}
        alt=""
        width="120"
        height="120"
        loading="lazy"
        class={is_known ? "" : "shadow"}
      />
      <h2>{is_known ? nameOf(kind.id) : "???"}</h2>
      <p class="facts">
        <span class="rarity">{rarityText(kind.rarity)}</span>
        <span>{is_known ? say("times", { n: times }) : say("points", { n: kind.points })}</span>
      </p>
      <p class="about">{is_known ? about : say("unknown")}</p>
    </>
  );
}
