// @vitest-environment node
import { expect, test } from "vitest";
import type { Store } from "../api";
import { found } from "./search";

const stores = [
  { name: "Café Lune", address: "12 Orchard Road", ref: "OR-12" },
  { name: "Corner Tea", address: null, ref: "NJ-300" },
  { name: "月须茶馆", address: "南京东路 300 号", ref: null },
] as Store[];

test("a store is found by any of its words, whatever their case and accents", () => {
  expect(found(stores, "cafe orchard")).toEqual([stores[0]]);
  expect(found(stores, "300")).toEqual([stores[1], stores[2]]);
  expect(found(stores, "茶馆")).toEqual([stores[2]]);
  expect(found(stores, "  ")).toEqual(stores);
  expect(found(stores, "orchard tea")).toEqual([]);
});
