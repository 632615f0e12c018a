/** The funnel: seen, approached, caught, redeemed; summed by store or by hour. */

import type { FunnelHour, RedeemedHour, WalkedHour } from "../api";

export const STEPS = ["seen", "approached", "caught", "redeemed"] as const;
export type Step = (typeof STEPS)[number];
export type Steps = Record<Step, number>;

const HOUR_MS = 3_600_000;

/** What the game and what the coupon service counted, as one. */
export function joined(
  walked: readonly WalkedHour[],
  redeemed: readonly RedeemedHour[],
): FunnelHour[] {
  const found = new Map<string, FunnelHour>();
  const at = ({ store, hour_ms }: { store: string; hour_ms: number }) => {
    const key = `${store} ${hour_ms}`;
    const known = found.get(key) ?? { store, hour_ms, ...none() };
    found.set(key, known);
    return known;
  };
  for (const hour of walked) {
    const { seen, approached, caught } = hour;
    Object.assign(at(hour), { seen, approached, caught });
  }
  for (const hour of redeemed) at(hour).redeemed = hour.redeemed;
  return [...found.values()];
}

export function none(): Steps {
  return { seen: 0, approached: 0, caught: 0, redeemed: 0 };
}

export function total(hours: readonly FunnelHour[]): Steps {
  const sum = none();
  for (const hour of hours) for (const step of STEPS) sum[step] += hour[step];
  return sum;
}

/** By store, the one with most catches first. */
export function byStore(hours: readonly FunnelHour[]): { store: string; steps: Steps }[] {
  const stores = [...new Set(hours.map((hour) => hour.store))];
  return stores
    .map((store) => ({ store, steps: total(hours.filter((hour) => hour.store === store)) }))
    .sort((a, b) => b.steps.caught - a.steps.caught || b.steps.seen - a.steps.seen);
}

/** Every hour of a span, also those in which nothing happened. */
export function byHour(
  hours: readonly FunnelHour[],
  from_ms: number,
  to_ms: number,
): { hour_ms: number; steps: Steps }[] {
  const sums = new Map<number, Steps>();
  const first = Math.floor(from_ms / HOUR_MS) * HOUR_MS;
  for (let hour_ms = first; hour_ms < to_ms; hour_ms += HOUR_MS) sums.set(hour_ms, none());
  for (const hour of hours) {
    const sum = sums.get(hour.hour_ms);
    if (sum) for (const step of STEPS) sum[step] += hour[step];
  }
  return [...sums].map(([hour_ms, steps]) => ({ hour_ms, steps }));
}

/** How many of the step before went on, in per cent; null where there were none. */
export function share(steps: Steps, step: Step): number | null {
  const before = STEPS[STEPS.indexOf(step) - 1];
  if (before === undefined || steps[before] === 0) return null;
  return Math.round((100 * steps[step]) / steps[before]);
}

/** The hours as a file for a spreadsheet; a name that it would take for a formula is no formula. */
export function csvOf(hours: readonly FunnelHour[], nameOf: (store: string) => string): Blob {
  const cell = (text: string) =>
    `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  const rows = [...hours]
    .sort((a, b) => a.hour_ms - b.hour_ms || (a.store < b.store ? -1 : 1))
    .map((hour) => [
      cell(new Date(hour.hour_ms).toISOString()),
      cell(hour.store),
      cell(nameOf(hour.store)),
      ...STEPS.map((step) => String(hour[step])),
    ]);
  const text = [["hour", "store", "name", ...STEPS], ...rows]
    .map((row) => row.join(","))
    .join("\r\n");
  return new Blob([`${text}\r\n`], { type: "text/csv;charset=utf-8" });
}
