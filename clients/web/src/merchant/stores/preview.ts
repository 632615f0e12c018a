/** What a plan would bring, asked of the server while somebody is still thinking about it. */

import type { Signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { Problem } from "../../net/api";
import { makeAsked } from "../../ui/asked";
import type { PlanPreview, SpawnPlan, Store } from "../api";
import { areaOnMap, toWgs84 } from "../datum";
import type { Form } from "../forms/form";
import { number } from "../forms/numbers";
import { ask } from "../session";
import { type PlanValues, planOf } from "./plan";
import { draw } from "./scene";

const THINKING_MS = 400;
const RADIUS_MAX_M = 1000;

/** The preview of what stands in the form, drawn on the map; the last one while a new one is made. */
export function usePreview(
  store: Store,
  form: Form<PlanValues>,
  before: SpawnPlan,
): Signal<PlanPreview | null> {
  const { answer, ask: look, drop } = useMemo(() => makeAsked<PlanPreview>({ keeps: true }), []);
  const values = form.values.value;

  useEffect(() => {
    const radius_m = number(values.radius_m);
    draw({
      pin: toWgs84(store.datum, store),
      name: store.name,
      reach_m: store.catch_m,
      spawn_m: typeof radius_m === "number" && radius_m <= RADIUS_MAX_M ? radius_m : null,
      area: before.area && areaOnMap(store.datum, before.area),
    });
    // Who is typing is not told what is wrong yet, and whether the campaign holds is not looked at.
    const body = { ...planOf(values, store.timezone, before), campaign: null };
    const path = `/v1/stores/${store.id}/spawn-plan/preview`;
    const timer = setTimeout(() => {
      void look(async () => {
        if (!couldBe(body)) throw new Problem(422, "invalid", "");
        return ask<PlanPreview>("POST", path, { body });
      });
    }, THINKING_MS);
    return () => {
      clearTimeout(timer);
      drop();
    };
  }, [values, store]);

  useEffect(() => {
    draw({ cats: answer.value?.cats.map((cat) => toWgs84(store.datum, cat)) ?? [] });
  }, [answer.value]);

  return answer;
}

/** Whether it is worth asking: half a number is none. */
function couldBe(plan: SpawnPlan): boolean {
  const { cats_alive, lifetime_s, radius_m, catches_per_cat, species } = plan;
  const numbers = [cats_alive, lifetime_s, catches_per_cat, radius_m ?? 0];
  const within = (value: number, least: number, most: number) => least <= value && value <= most;
  return (
    numbers.every((each) => typeof each === "number") &&
    [cats_alive, lifetime_s, catches_per_cat].every(Number.isInteger) &&
    within(cats_alive, 0, 200) &&
    within(lifetime_s, 10, 86_400) &&
    within(catches_per_cat, 1, 1000) &&
    within(radius_m ?? 0, 0, RADIUS_MAX_M) &&
    (radius_m !== null || plan.area !== null) &&
    (species === null || Object.keys(species).length > 0)
  );
}
