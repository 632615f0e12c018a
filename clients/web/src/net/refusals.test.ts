import { expect, test } from "vitest";
import clients from "../../../../docs/clients.md?raw";
import protocol from "../../../../docs/protocol.md?raw";
import { closing } from "./closing";
import { keepsTicket, REFUSALS, whatNext } from "./refusals";

/** The rows of a table of a document, by the text of their first cell. */
function rows(document: string, heading: string): Map<string, string[]> {
  const part = document.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const lines = part.split("\n").filter((line) => line.startsWith("| "));
  const cells = lines.slice(2).map((line) => line.slice(2, -2).split(" | "));
  return new Map(cells.map(([first = "", ...others]) => [first.replaceAll("`", ""), others]));
}

test("every documented reason is known, and no other", () => {
  expect(Object.keys(REFUSALS).sort()).toEqual([...rows(protocol, "Reasons").keys()].sort());
  expect(Object.keys(REFUSALS).sort()).toEqual([...rows(clients, "Refusals").keys()].sort());
});

test("every documented close code is kept to", () => {
  const codes = [...rows(protocol, "Close codes")];
  expect(codes.length).toBeGreaterThan(8);
  for (const [code, [comeBack]] of codes)
    expect([code, closing(Number(code)).back]).toEqual([code, comeBack !== "not by itself"]);
  const advice = [...rows(clients, "When the socket closes")];
  for (const [code, [, comeBack]] of advice.slice(1))
    expect([code, closing(Number(code)).back]).toEqual([code, comeBack?.startsWith("with jitter")]);
});

test("a reason of a later protocol goes by its retry", () => {
  expect(whatNext({ reason: "raining", retry: true })).toBe("aim");
  expect(whatNext({ reason: "raining", retry: false })).toBe("drop");
  expect(whatNext({ reason: "toString", retry: false })).toBe("drop");
});

test("a closed store with coupons to come is worth some minutes", () => {
  expect(whatNext({ reason: "store_closed", retry: true })).toBe("later");
  expect(whatNext({ reason: "store_closed", retry: false })).toBe("drop");
});

test("a ticket survives what is said of the position or the haste, and no more", () => {
  const kept = Object.keys(REFUSALS).filter((reason) => keepsTicket({ reason, retry: true }));
  expect(kept.sort()).toEqual([
    "busy",
    "cooling_down",
    "inaccurate_fix",
    "mocked_location",
    "moving_too_fast",
    "no_fix",
    "stale_fix",
    "teleported",
    "too_far",
    "too_quick",
  ]);
});
