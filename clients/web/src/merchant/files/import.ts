/** How a file of stores is sent, and what is said of it. */

import { Problem } from "../../net/api";
import type { Datum, ImportReport } from "../api";

interface How {
  dry_run: boolean;
  /** Take the good lines although others are rejected. */
  partial: boolean;
  datum: Datum | "";
}

export function importPath({ dry_run, partial, datum }: How): string {
  const query = new URLSearchParams();
  if (dry_run) query.set("dry_run", "true");
  if (partial && !dry_run) query.set("partial", "true");
  if (datum !== "") query.set("datum", datum);
  const said = query.toString();
  return said === "" ? "/v1/stores/import" : `/v1/stores/import?${said}`;
}

export function mediaOf(name: string): string {
  return /\.(geo)?json$/i.test(name) ? "application/geo+json" : "text/csv";
}

/** The report of a file that was refused for its lines; null where it was refused otherwise. */
export function reportOf(error: unknown): ImportReport | null {
  const isRejected = error instanceof Problem && error.code === "rejected_lines";
  return isRejected ? (error.more.report as ImportReport) : null;
}
