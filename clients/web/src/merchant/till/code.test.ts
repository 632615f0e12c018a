// @vitest-environment node
import { expect, test } from "vitest";
import { asked, generated, isMistyped } from "./code";

// By `gameserver.game.codes.new_code`.
const CODE = "RWZR46-52CR0D-KXXVH1";

test("case, spaces, dashes and letters that look like digits do not matter", () => {
  const plain = CODE.replaceAll("-", "");
  expect(generated(CODE)).toBe(CODE);
  expect(generated(plain.toLowerCase())).toBe(CODE);
  expect(generated(`  ${plain.slice(0, 4)} ${plain.slice(4, 9)}—${plain.slice(9)} `)).toBe(CODE);
  expect(generated(plain.replaceAll("0", "o").replaceAll("1", "l"))).toBe(CODE);
  expect(generated(plain.replaceAll("0", "O").replaceAll("1", "I"))).toBe(CODE);
});

test("every single wrong character is noticed", () => {
  const plain = CODE.replaceAll("-", "");
  for (let at = 0; at < plain.length; at++) {
    for (const other of "0123456789ABCDEFGHJKMNPQRSTVWXYZ") {
      const changed = plain.slice(0, at) + other + plain.slice(at + 1);
      expect(generated(changed) === null).toBe(changed !== plain);
    }
  }
});

test("a merchant's own code is asked for as it was typed", () => {
  expect(asked(" Tea-0oL1 ")).toBe("Tea-0oL1");
  expect(isMistyped("Tea-0oL1")).toBe(false);
  expect(isMistyped(`${CODE.slice(0, -1)}${CODE.endsWith("A") ? "B" : "A"}`)).toBe(true);
});
