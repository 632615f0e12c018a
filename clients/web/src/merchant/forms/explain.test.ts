// @vitest-environment node
import { expect, test } from "vitest";
import { explain } from "./explain";

test("what the API says of a field is told in plain words", () => {
  expect(explain("Expected `int` >= 1", "en")).toBe("Must be 1 or more.");
  expect(explain("Expected `float` <= 200.0", "zh")).toBe("不能大于 200。");
  expect(explain("Expected `int`, got `float`", "en")).toBe("Must be a whole number.");
  expect(explain("is missing: ISO 4217, as CNY is", "en")).toBe("Choose a currency.");
});

test("what nobody foresaw stays as it was said", () => {
  expect(explain("is upside down", "zh")).toBe("is upside down");
});
