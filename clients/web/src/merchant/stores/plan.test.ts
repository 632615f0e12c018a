// @vitest-environment node
import { expect, test } from "vitest";
import type { Species } from "../api";
import { planOf, planValues, setAside, usualPlan, weightsOf, withKind } from "./plan";

const ZONE = "Asia/Shanghai";
const KINDS = [
  { id: "bobbin", weight: 30 },
  { id: "neon", weight: 4 },
] as Species[];

test("a plan goes through its form unchanged, its moments on the store's clock", () => {
  const plan = {
    ...usualPlan(),
    species: { bobbin: 2 },
    campaign: "cam_1",
    players_max: 60,
    active: { from: "2026-11-10T16:00:00.000Z", to: null, hours: "Mo-Fr 10:00-22:00" },
  };
  const values = planValues(plan, ZONE);
  expect(values["active.from"]).toBe("2026-11-11T00:00");
  expect(planOf(values, ZONE, plan)).toEqual(plan);
});

test("what is no number is left to the API to refuse", () => {
  const values = { ...planValues(usualPlan(), ZONE), cats_alive: "many", radius_m: "" };
  const plan = planOf(values, ZONE, usualPlan());
  expect(plan.cats_alive).toBe("many");
  expect(plan.radius_m).toBeNull();
});

test("kinds are chosen one by one, and all of them are what is by nature", () => {
  const all = planValues(usualPlan(), ZONE);
  expect(weightsOf(all, KINDS)).toEqual({ bobbin: 30, neon: 4 });
  const fewer = withKind(all, KINDS, "neon", false);
  expect(planOf(fewer, ZONE, usualPlan()).species).toEqual({ bobbin: 30 });
  expect(withKind(fewer, KINDS, "neon", true).species).toBe("");
});

test("cats set as many coupons aside as they can be caught", () => {
  const values = { ...planValues(usualPlan(), ZONE), cats_alive: "5", catches_per_cat: "3" };
  expect(setAside(values)).toBe(15);
});
