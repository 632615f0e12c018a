import { afterEach, beforeEach, expect, test, vi } from "vitest";

const net = vi.hoisted(() => ({
  pageSettings: vi.fn(),
  streetMap: vi.fn(),
  species: vi.fn(),
}));
vi.mock("../net", async (original) => ({ ...(await original<object>()), ...net }));

beforeEach(() => {
  vi.stubGlobal("location", { search: "", hash: "" });
});
afterEach(() => vi.unstubAllGlobals());

test("what could not be asked without a network is asked again, and nothing else is", async () => {
  const { NoAnswer } = await import("../net");
  const { askStreet } = await import("./books");
  const { mayPractise, stores, tiles } = await import("./state");
  const gone = new NoAnswer("/v1/config");
  net.pageSettings.mockRejectedValueOnce(gone);
  net.streetMap.mockRejectedValueOnce(gone);
  net.species.mockResolvedValue([]);
  await askStreet();
  expect(mayPractise.value).toBeNull();

  const settings = { tiles: { url: "u", kind: "raster", attribution: "a" }, practice: true };
  net.pageSettings.mockResolvedValue({ ...settings, event: null });
  net.streetMap.mockResolvedValue({ stores: [{ id: "s", name: "S", lat: 1, lon: 2 }] });
  await Promise.all([askStreet(), askStreet()]); // two welcomes in a row
  expect(tiles.value).toEqual(settings.tiles);
  expect(stores.value).toHaveLength(1);
  expect(net.pageSettings).toHaveBeenCalledTimes(2);
  expect(net.streetMap).toHaveBeenCalledTimes(2);
  expect(net.species).toHaveBeenCalledTimes(1);
});
