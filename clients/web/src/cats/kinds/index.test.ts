import { expect, test } from "vitest";
import species from "../../../../../assets/species.toml?raw";
import { KINDS } from ".";

test("every cat of the game has a shape", () => {
  const ids = [...species.matchAll(/^\[species\.(\w+)\]$/gm)].map(([, id]) => id);
  expect(ids.length).toBeGreaterThan(0);
  expect(Object.keys(KINDS).sort()).toEqual(ids.sort());
});
