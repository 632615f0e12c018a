/** Help with opening hours in OpenStreetMap's syntax: what can be written, and a start to take. */

import { texts } from "../../i18n";

const say = texts({
  about: [
    "OpenStreetMap's syntax, by the store's clock. Empty: always open. Cats are there only while the store is.",
    "使用 OpenStreetMap 写法，按门店当地时间。留空表示全天营业。猫只在营业时间出现。",
  ],
  examples: ["Examples", "示例"],
  daily: ["every day", "每天"],
  break: ["with a break, closed on Sundays", "中午休息，周日不营业"],
  night: ["past midnight", "营业到凌晨"],
  holidays: ["not on public holidays", "法定节假日不营业"],
  always: ["always", "全天"],
});

const EXAMPLES = [
  ["Mo-Su 10:00-22:00", "daily"],
  ["Mo-Sa 11:00-14:00,17:00-22:00; Su off", "break"],
  ["Fr-Sa 20:00-03:00", "night"],
  ["Mo-Su 10:00-22:00; PH off", "holidays"],
  ["24/7", "always"],
] as const;

export function HoursHelp({ onPick }: { onPick: (hours: string) => void }) {
  return (
    <>
      {say("about")}
      <details>
        <summary>{say("examples")}</summary>
        <ul class="choices">
          {EXAMPLES.map(([hours, about]) => (
            <li key={hours}>
              <button type="button" class="link" onClick={() => onPick(hours)}>
                <code>{hours}</code>
              </button>{" "}
              {say(about)}
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}
