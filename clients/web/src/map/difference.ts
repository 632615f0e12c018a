/** What changed between two lists of things with ids. */

export interface Difference<Thing> {
  added: Thing[];
  changed: Thing[];
  removed: string[];
}

/** From what was shown, by id, to what shall be. Of two with one id the last counts. */
export function difference<Thing extends { id: string }>(
  before: ReadonlyMap<string, Thing>,
  now: readonly Thing[],
  isSame: (one: Thing, other: Thing) => boolean,
): Difference<Thing> {
  const wanted = new Map(now.map((thing) => [thing.id, thing]));
  const added: Thing[] = [];
  const changed: Thing[] = [];
  for (const thing of wanted.values()) {
    const shown = before.get(thing.id);
    if (shown === undefined) added.push(thing);
    else if (!isSame(shown, thing)) changed.push(thing);
  }
  return { added, changed, removed: [...before.keys()].filter((id) => !wanted.has(id)) };
}

/** Whether two flat objects hold the same. */
export function isAlike<Thing extends object>(one: Thing, other: Thing): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]) as Set<keyof Thing>;
  return [...names].every((name) => Object.is(one[name], other[name]));
}
