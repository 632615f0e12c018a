/** Why a line is closed, and whether to come back: the one table of it (docs/clients.md). */

/** Why the line is away for a while. */
export type WhyWaiting =
  | "broken"
  | "restarting"
  | "overloaded"
  | "too_slow"
  | "too_many"
  | "no_hello";

/** Why the line is closed for good, or until a person opens it again. */
export type WhyEnded = "not_started" | "left" | "token" | "replaced" | "banned" | "our_fault";

export type Closing =
  | { readonly back: true; readonly why: WhyWaiting }
  | { readonly back: false; readonly why: WhyEnded };

const CLOSINGS: ReadonlyMap<number, Closing> = new Map<number, Closing>([
  [1007, { back: false, why: "our_fault" }],
  [1009, { back: false, why: "our_fault" }],
  [1012, { back: true, why: "restarting" }],
  [1013, { back: true, why: "overloaded" }],
  [4001, { back: false, why: "token" }],
  [4002, { back: false, why: "replaced" }],
  [4003, { back: false, why: "banned" }],
  [4004, { back: false, why: "our_fault" }],
  [4101, { back: true, why: "too_slow" }],
  [4102, { back: true, why: "too_many" }],
  [4103, { back: true, why: "no_hello" }],
]);

const BROKEN: Closing = { back: true, why: "broken" };

/** What a close code means. A code that is not listed is a line that broke. */
export function closing(code: number): Closing {
  return CLOSINGS.get(code) ?? BROKEN;
}
