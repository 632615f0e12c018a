// @vitest-environment node
import { beforeAll, expect, test, vi } from "vitest";

beforeAll(() => {
  vi.stubGlobal("location", { hash: "" });
  vi.stubGlobal("addEventListener", () => undefined);
});

test("an address is read in its parts, and one that cannot be read leads to the beginning", async () => {
  const { href, partsOf } = await import("./route");
  expect(partsOf("#/stores/sto_1/cats")).toEqual(["stores", "sto_1", "cats"]);
  expect(partsOf(href("stores", "50 % / day"))).toEqual(["stores", "50 % / day"]);
  expect(partsOf("#/stores/50%")).toEqual([]);
});
