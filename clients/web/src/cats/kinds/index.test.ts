import { expect, test } from "vitest";
import species from "../../../../../assets/species.toml?raw";
import { KINDS } from ".";

test("every shape is that of a cat of the game", () => {
  const ids = [...species.matchAll(/^\[species\.(\w+)\]$/gm)].map(([, id]) => id);
  // Not the other way round: a cat with a drawing alone is a whole cat too.
  expect(ids).toEqual(expect.arrayContaining(Object.keys(KINDS)));
});
