// @vitest-environment node
import { expect, test } from "vitest";
import { money, worth } from "./money";

test("what a coupon is worth is said as people of each language say it", () => {
  expect(worth("percent", 20, null, "en")).toBe("20% off");
  expect(worth("percent", 20, null, "zh")).toBe("8折");
  expect(worth("percent", 15, null, "zh")).toBe("8.5折");
  expect(worth("amount", 5, "CNY", "en")).toBe("¥5 off");
  expect(worth("amount", 2.5, "EUR", "zh")).toBe("立减 €2.50");
  expect(worth("gift", 0, null, "en")).toBe("A gift");
  expect(worth("gift", 30, "SGD", "en")).toBe("A gift worth $30");
});

test("a currency that is still being typed breaks nothing", () => {
  expect(money(5, "C", "en")).toBe("C 5");
});
