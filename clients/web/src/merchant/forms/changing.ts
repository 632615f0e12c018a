/** Saving a thing that is there already: only what differs is sent, so that what others changed stays. */

import { texts } from "../../i18n";
import { ask } from "../session";
import type { Saved } from "./form";

const say = texts({
  saved: ["Saved.", "已保存。"],
  nothing: ["Nothing was changed.", "没有任何更改。"],
});

export async function change<Thing, Values>(
  path: string,
  body: object,
  kept: (changed: Thing) => Values,
): Promise<Saved<Values>> {
  if (Object.keys(body).length === 0) return { said: say("nothing") };
  return { values: kept(await ask<Thing>("PATCH", path, { body })), said: say("saved") };
}
