/** Listeners by the name of what they want to hear. */

export class Listeners<Events> {
  readonly #byName = new Map<keyof Events, Set<(event: never) => void>>();

  /** Hear of every event of this name; what it returns stops that. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
    const all = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, all);
    all.add(listener);
    return () => all.delete(listener);
  }

  tell<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const listener of [...(this.#byName.get(name) ?? [])])
      try {
        (listener as (event: Events[Name]) => void)(event);
      } catch (error) {
        // A listener's bug is the page's to hear of, and must not stop the line halfway.
        queueMicrotask(() => {
          throw error;
        });
      }
  }
}
