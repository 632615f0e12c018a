// @vitest-environment node
import { expect, test } from "vitest";
import { Problem } from "../../net/api";
import { importPath, mediaOf, reportOf } from "./import";

test("a trial says so, and takes nothing in part", () => {
  const path = importPath({ dry_run: true, partial: true, datum: "gcj02" });
  expect(path).toBe("/v1/stores/import?dry_run=true&datum=gcj02");
  expect(importPath({ dry_run: false, partial: true, datum: "" })).toBe(
    "/v1/stores/import?partial=true",
  );
  expect(importPath({ dry_run: false, partial: false, datum: "" })).toBe("/v1/stores/import");
});

test("a file is what its name says", () => {
  expect(mediaOf("Stores.GeoJSON")).toBe("application/geo+json");
  expect(mediaOf("stores.csv")).toBe("text/csv");
});

test("a file that was refused for its lines comes with its report", () => {
  const report = { lines: 3 };
  expect(reportOf(new Problem(422, "rejected_lines", "", { report }))).toBe(report);
  expect(reportOf(new Problem(422, "bad_csv", ""))).toBeNull();
});
