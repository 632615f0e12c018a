// @vitest-environment node
import { expect, test } from "vitest";
import { NoAnswer, Problem } from "../../net/api";
import type { CouponDetails } from "../api";
import { lookedAt, refusedAs } from "./verdict";

const COUPON: CouponDetails = {
  code: "TEA-1",
  title: "Tea",
  kind: "gift",
  value: 0,
  currency: null,
  terms: "",
  state: "active",
  expires_ms: 9,
  redeemed_ms: null,
  redeemed_store: null,
};

test("a coupon that was redeemed before says when and where", () => {
  const more = { redeemed_ms: 5, redeemed_store: "sto_1" };
  const refused = refusedAs(new Problem(409, "already_redeemed", "", more), "TEA-1");
  expect(refused).toEqual({ kind: "again", code: "TEA-1", at_ms: 5, store: "sto_1" });
  expect(lookedAt({ ...COUPON, state: "redeemed", ...more })).toMatchObject(refused);
});

test.each([
  ["expired", "expired"],
  ["void", "void"],
  ["wrong_merchant", "other"],
  ["unknown_coupon", "unknown"],
  ["invalid", "nostore"],
  ["busy", "later"],
  ["too_many_requests", "later"],
])("a refusal as %s is the answer %s", (code, kind) => {
  expect(refusedAs(new Problem(409, code, ""), "X").kind).toBe(kind);
});

test.each([500, 502, 503])("after a %i nobody knows whether it was redeemed", (status) => {
  expect(refusedAs(new Problem(status, "unknown", ""), "X").kind).toBe("offline");
});

test("no answer of the server is an answer to the clerk, and a mistake of ours is none", () => {
  expect(refusedAs(new NoAnswer(), "X").kind).toBe("offline");
  expect(() => refusedAs(new TypeError("ours"), "X")).toThrow("ours");
});

test("a coupon that was only looked at is good, or it says why not", () => {
  expect(lookedAt(COUPON).kind).toBe("good");
  expect(lookedAt({ ...COUPON, state: "expired" })).toMatchObject({ kind: "expired", at_ms: 9 });
  expect(lookedAt({ ...COUPON, state: "void" }).kind).toBe("void");
});
