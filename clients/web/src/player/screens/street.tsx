/** The street: a map, the next cat with its arrow, and all cats as a list. */

import { texts } from "../../i18n";
import { Heading } from "../heading";
import { isPractice } from "../mode";
import { fix, me, near, placeTrouble, target } from "../state";
import { nameOf, numberText } from "../words";
import { CatList } from "./cat_list";
import { MapView } from "./map_view";
import { PlaceTroubleCard } from "./place_trouble";
import { PracticeBar } from "./practice_bar";
import { TargetCard } from "./target_card";

const say = texts({
  title: ["Cats around you", "你身边的猫"],
  points: ["{n} points", "{n} 分"],
  reach: ["{name} is within reach.", "{name}够得着了。"],
});

export function Street() {
  const trouble = placeTrouble.value;
  const cat = target.value;
  const is_lost = trouble !== null && fix.value === null;
  return (
    <div class="street">
      <Heading hidden>{say("title")}</Heading>
      <p class="hidden-text" role="status">
        {cat?.is_in_reach === true && say("reach", { name: nameOf(cat.species) })}
      </p>
      <MapView />
      {me.value !== null && (
        <p class="chip points">{say("points", { n: numberText(me.value.points) })}</p>
      )}
      <div class="sheet">
        {isPractice && <PracticeBar />}
        {is_lost ? <PlaceTroubleCard trouble={trouble} /> : <TargetCard cat={cat} />}
        {near.value.length > 0 && <CatList />}
      </div>
    </div>
  );
}
