// @vitest-environment node
import { expect, test } from "vitest";
import { momentOf, onTheWall } from "./zones";

test("a moment is shown as the clock of a store's wall shows it, and read back", () => {
  expect(onTheWall("2026-11-10T16:00:00Z", "Asia/Shanghai")).toBe("2026-11-11T00:00");
  expect(momentOf("2026-11-11T00:00", "Asia/Shanghai")).toBe("2026-11-10T16:00:00.000Z");
  expect(momentOf("2026-07-01T12:00", "America/New_York")).toBe("2026-07-01T16:00:00.000Z");
});

test("around a change of clocks the moment is the one that the wall shows", () => {
  // New York goes back from 2:00 to 1:00 on 1 November 2026, and forward on 8 March 2026.
  expect(momentOf("2026-11-01T01:30", "America/New_York")).toBe("2026-11-01T05:30:00.000Z");
  expect(momentOf("2026-11-01T03:00", "America/New_York")).toBe("2026-11-01T08:00:00.000Z");
  expect(momentOf("2026-03-08T04:00", "America/New_York")).toBe("2026-03-08T08:00:00.000Z");
  expect(momentOf("2026-03-08T02:30", "America/New_York")).toBe("2026-03-08T07:30:00.000Z");
});
