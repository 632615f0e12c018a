/** The best players of a day, a week, and of all time. */

import { useSignal } from "@preact/signals";
import { language, texts } from "../../i18n";
import { leaderboard, type Period, type Rank } from "../../net";
import { type Asked, useAsked } from "../../ui/asked";
import { Heading } from "../heading";
import { nickname } from "../nickname";
import { guest } from "../state";
import { numberText } from "../words";

const say = texts({
  title: ["Best catchers", "捉猫高手榜"],
  period: ["Period", "时段"],
  day: ["Today", "今天"],
  week: ["This week", "本周"],
  all: ["Ever", "总榜"],
  rank: ["Rank", "名次"],
  who: ["Who", "谁"],
  catches: ["Cats", "猫"],
  points: ["Points", "分数"],
  you: ["you", "你"],
  none: ["Nobody yet. It could be you.", "还没有人，也许就是你。"],
  loading: ["Counting …", "正在数……"],
  failed: ["No answer from the server.", "服务器没有回音。"],
  again: ["Ask again", "再问一次"],
});

const PERIODS: readonly Period[] = ["day", "week", "all"];

export function Leaders() {
  const period = useSignal<Period>("day");
  const read = () => leaderboard(period.value);
  const ranks = useAsked(read, [period.value]);

  return (
    <div class="scroll">
      <Heading>{say("title")}</Heading>
      <fieldset class="switch wide">
        <legend class="hidden-text">{say("period")}</legend>
        {PERIODS.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={period.value === name}
            onClick={() => {
              period.value = name;
            }}
          >
            {say(name)}
          </button>
        ))}
      </fieldset>
      <div aria-live="polite">
        <Board ranks={ranks} again={() => ranks.ask(read)} />
      </div>
    </div>
  );
}

function Board({ ranks, again }: { ranks: Asked<Rank[]>; again: () => void }) {
  const shown = ranks.answer.value;
  if (ranks.trouble.value !== null)
    return (
      <p class="note">
        {say("failed")}{" "}
        <button type="button" class="small" onClick={again}>
          {say("again")}
        </button>
      </p>
    );
  if (shown === null) return <p>{say("loading")}</p>;
  if (shown.length === 0) return <p class="note">{say("none")}</p>;
  return (
    <table class="board">
      <thead>
        <tr>
          <th scope="col">{say("rank")}</th>
          <th scope="col">{say("who")}</th>
          <th scope="col">{say("catches")}</th>
          <th scope="col">{say("points")}</th>
        </tr>
      </thead>
      <tbody>
        {shown.map((row) => (
          <Row key={row.player} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ row }: { row: Rank }) {
  const is_me = row.player === guest.value?.player;
  return (
    <tr class={is_me ? "me" : ""}>
      <td>{row.rank}</td>
      <td>
        {nickname(row.player, language.value)}
        {is_me && <b class="you">{say("you")}</b>}
      </td>
      <td>{numberText(row.catches)}</td>
      <td>{numberText(row.points)}</td>
    </tr>
  );
}
