/** A spawn plan as it stands in its form, and as the API takes it. */

import type { SpawnPlan, Species } from "../api";
import { line, number, written } from "../forms/numbers";
import { momentOf, onTheWall } from "../shell/zones";

export type PlanValues = {
  cats_alive: string;
  lifetime_min: string;
  radius_m: string;
  campaign: string;
  catches_per_cat: string;
  players_max: string;
  "active.from": string;
  "active.to": string;
  "active.hours": string;
  /** Weights by kind, as JSON; empty for what they are by nature. */
  species: string;
};

export function usualPlan(): SpawnPlan {
  return {
    cats_alive: 5,
    lifetime_s: 900,
    radius_m: 60,
    species: null,
    campaign: null,
    catches_per_cat: 1,
    active: { from: null, to: null, hours: null },
    area: null,
    players_max: null,
  };
}

export function planValues(plan: SpawnPlan, zone: string): PlanValues {
  const wall = (moment: string | null) => (moment === null ? "" : onTheWall(moment, zone));
  return {
    cats_alive: written(plan.cats_alive),
    lifetime_min: written(plan.lifetime_s / 60),
    radius_m: written(plan.radius_m),
    campaign: plan.campaign ?? "",
    catches_per_cat: written(plan.catches_per_cat),
    players_max: written(plan.players_max),
    "active.from": wall(plan.active.from),
    "active.to": wall(plan.active.to),
    "active.hours": plan.active.hours ?? "",
    species: plan.species === null ? "" : JSON.stringify(plan.species),
  };
}

/** The plan that a form says; its area, which is not in the form, stays the one of `before`. */
export function planOf(values: PlanValues, zone: string, before: SpawnPlan): SpawnPlan {
  const moment = (wall: string) => (wall === "" ? null : momentOf(wall, zone));
  const lifetime_min = number(values.lifetime_min);
  return {
    cats_alive: number(values.cats_alive) as number,
    lifetime_s: (typeof lifetime_min === "number"
      ? Math.round(lifetime_min * 60)
      : lifetime_min) as number,
    radius_m: number(values.radius_m) as number | null,
    species: values.species === "" ? null : JSON.parse(values.species),
    campaign: values.campaign || null,
    catches_per_cat: number(values.catches_per_cat) as number,
    players_max: number(values.players_max) as number | null,
    active: {
      from: moment(values["active.from"]),
      to: moment(values["active.to"]),
      hours: line(values["active.hours"]),
    },
    area: before.area,
  };
}

/** The weights of a form: those that are chosen, or those that the kinds have by nature. */
export function weightsOf(values: PlanValues, kinds: Species[]): Record<string, number> {
  if (values.species !== "") return JSON.parse(values.species);
  return Object.fromEntries(kinds.map((kind) => [kind.id, kind.weight]));
}

/** The form with one kind more or less; `species` is empty again where all are as by nature. */
export function withKind(
  values: PlanValues,
  kinds: Species[],
  id: string,
  on: boolean,
): PlanValues {
  const weights = weightsOf(values, kinds);
  const kind = kinds.find((each) => each.id === id);
  if (on) weights[id] = kind?.weight ?? 1;
  else delete weights[id];
  const natural = kinds.every((each) => weights[each.id] === each.weight);
  return { ...values, species: natural ? "" : JSON.stringify(weights) };
}

/** How many coupons a plan may set aside at once: each cat has one for every catch. */
export function setAside(values: PlanValues): number | null {
  const cats = number(values.cats_alive);
  const each = number(values.catches_per_cat);
  return typeof cats === "number" && typeof each === "number" ? cats * each : null;
}
