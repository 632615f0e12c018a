import { expect, test, vi } from "vitest";

vi.stubGlobal("location", { search: "", hash: "#coupon/50%" });
vi.stubGlobal("addEventListener", () => {});

test("an address that is broken is the street's, and does not stop the page", async () => {
  const { hashOf, route, routeOf } = await import("./route");
  expect(route.value).toEqual({ screen: "street", about: "" });
  expect(routeOf("#coupon/%E0%A4%A")).toEqual({ screen: "street", about: "" });
  expect(routeOf("#nowhere")).toEqual({ screen: "street", about: "" });
  expect(routeOf(hashOf("coupon", "50 %/茶"))).toEqual({ screen: "coupon", about: "50 %/茶" });
});
