import { expect, test } from "vitest";
import { awaited, changed, stateAt, type WalletCoupon, withPending, withRecord } from "./coupons";

const TEA: WalletCoupon = {
  code: "TEA-1",
  title: "Tea",
  state: "active",
  expires_ms: 9_000,
  issued_ms: 1_000,
  redeemed_ms: null,
  attempt: "a1",
};

test("news of a coupon does not make the wallet forget where to spend it", () => {
  const told = { code: "TEA-1", campaign: "c", title: "Tea", state: "redeemed", expires_ms: 9_000 };
  expect(changed([{ ...TEA, store: "s1" }], null, told as never, 5_000)).toMatchObject([
    { state: "redeemed", store: "s1" },
  ]);
});

test("a clerk's scan turns the coupon with that code, and no other, into a redeemed one", () => {
  const other = { ...TEA, code: "TEA-2", attempt: "a2" };
  const told = { code: "TEA-1", campaign: "c", title: "Tea", state: "redeemed", expires_ms: 9_000 };
  const now = changed([other, TEA], null, told as never, 5_000);
  expect(now.map(({ state }) => state)).toEqual(["active", "redeemed"]);
  expect(now[1]).toMatchObject({ redeemed_ms: 5_000, attempt: "a1", issued_ms: 1_000 });
});

test("a coupon on its way gets its code by its attempt, and is not there twice", () => {
  const promised = { code: null, campaign: "c", title: "Tea", state: "pending", expires_ms: null };
  const waiting = changed([], "a1", promised as never, 1_000);
  expect(waiting).toMatchObject([{ state: "pending", code: null }]);
  const came = { ...promised, code: "TEA-1", state: "active", expires_ms: 9_000 };
  expect(changed(waiting, "a1", came as never, 2_000)).toEqual([TEA]);
});

test("what is on its way stays in front of the server's list until it is in it", () => {
  const pending: WalletCoupon = { ...TEA, code: null, state: "pending", expires_ms: null };
  const older = { ...TEA, code: "OLD", attempt: "a0" };
  expect(withPending([older], [pending])).toEqual([pending, older]);
  expect(withPending([TEA, older], [pending])).toEqual([TEA, older]);
});

test("a coupon that ran out while nobody listened is on its way no more, and does not vanish", () => {
  const pending: WalletCoupon = { ...TEA, code: null, state: "pending", expires_ms: null };
  const wallet = [pending, { ...TEA, attempt: "a0" }];
  expect([...awaited(wallet)]).toEqual(["a1"]);
  expect(withRecord(wallet, { attempt: "a1", no_coupon: null })).toEqual(wallet);
  expect(withRecord(wallet, { attempt: "a0", no_coupon: "sold_out" })).toEqual(wallet);
  const now = withRecord(wallet, { attempt: "a1", no_coupon: "sold_out" });
  expect(now.map(({ state }) => state)).toEqual(["void", "active"]);
  expect(awaited(now).size).toBe(0);
  expect(withPending([{ ...TEA, attempt: "a0" }], now)).toEqual(now);
});

test("a coupon expires by the clock, without any news", () => {
  expect(stateAt(TEA, 8_999)).toBe("active");
  expect(stateAt(TEA, 9_000)).toBe("expired");
  expect(stateAt({ ...TEA, state: "redeemed" }, 10_000)).toBe("redeemed");
});
