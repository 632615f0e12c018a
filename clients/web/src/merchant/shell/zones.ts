/** Moments as a clock on some wall shows them. */

/** `2026-11-11T00:00` on a clock in `zone`, for an input of a date and time. */
export function onTheWall(iso: string, zone: string): string {
  const parts = new Map(
    new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    })
      .formatToParts(new Date(iso))
      .map(({ type, value }) => [type, value]),
  );
  const said = (type: string) => parts.get(type as Intl.DateTimeFormatPartTypes) ?? "";
  return `${said("year")}-${said("month")}-${said("day")}T${said("hour")}:${said("minute")}`;
}

/**
 * The moment at which a clock in `zone` shows this. Where clocks are put back it is the first of two;
 * an hour that is left out is read as the one after it.
 */
export function momentOf(wall: string, zone: string): string {
  const asUtc = Date.parse(`${wall}Z`);
  const shows = (at: number) => Date.parse(`${onTheWall(new Date(at).toISOString(), zone)}Z`);
  const ahead = (at: number) => shows(at) - at;
  const first = asUtc - ahead(asUtc - DAY_MS);
  const second = asUtc - ahead(asUtc + DAY_MS);
  const at = shows(first) !== asUtc && shows(second) === asUtc ? second : first;
  return new Date(at).toISOString();
}

const DAY_MS = 86_400_000;

export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
