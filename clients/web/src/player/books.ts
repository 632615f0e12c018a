/** What the server knows of cats and of this player: species, points, the street's stores. */

import type { Caught } from "../net";
import { species as allSpecies, Mine, NoAnswer, Problem, pageSettings, streetMap } from "../net";
import { keep, kept } from "./keep";
import {
  guest,
  type Me,
  mayPractise,
  me,
  type Species,
  shops,
  species,
  stores,
  tiles,
} from "./state";

/** Show what the last visit knew, for the time until the server answers. */
export function openBooks(): void {
  species.value = kept<Species[]>("species") ?? species.value;
  shops.value = kept<Record<string, string>>("shops") ?? shops.value;
  const known = kept<Me>("me");
  me.value = known !== null && known.player === guest.value?.player ? known : null;
}

type Part = "settings" | "stores" | "species";

/** What the server has not told in this visit. */
const untold = new Set<Part>(["settings", "stores", "species"]);
let asked: Promise<unknown> = Promise.resolve();

/**
 * What everybody may know, as far as it is missing. Throws nothing: the page goes on with what it
 * has, and asks again when there is a line.
 */
export function askStreet(): Promise<void> {
  const now = asked.then(askUntold);
  asked = now.catch(() => undefined);
  return now;
}

async function askUntold(): Promise<void> {
  await Promise.all([
    once("settings", async () => {
      const settings = await pageSettings();
      tiles.value = settings.tiles;
      mayPractise.value = settings.practice;
    }),
    once("stores", async () => {
      stores.value = (await streetMap()).stores;
      shops.value = Object.fromEntries(stores.value.map(({ id, name }) => [id, name]));
      keep("shops", shops.value);
    }),
    once("species", async () => {
      species.value = await allSpecies();
      keep("species", species.value);
    }),
  ]);
}

async function once(part: Part, ask: () => Promise<void>): Promise<void> {
  if (!untold.has(part)) return;
  await quietly(async () => {
    await ask();
    untold.delete(part);
  });
}

/** The player's points and album. Throws nothing. */
export async function askMe(): Promise<void> {
  const asker = guest.value;
  if (asker === null) return;
  await quietly(async () => {
    const told = await new Mine(asker.token).me();
    if (guest.value?.player !== told.player) return;
    me.value = told;
    keep("me", told);
  });
}

/** Count a catch at once; the books follow. */
export function countCatch({ species: kind, points }: Caught): void {
  const now = me.value;
  if (now === null) return;
  const caught = (now.species[kind] ?? 0) + 1;
  me.value = {
    ...now,
    points: now.points + points,
    catches: now.catches + 1,
    species: { ...now.species, [kind]: caught },
  };
  keep("me", me.value);
}

/** Without an answer nothing changes. */
async function quietly(ask: () => Promise<void>): Promise<void> {
  try {
    await ask();
  } catch (error) {
    if (!(error instanceof Problem || error instanceof NoAnswer)) throw error;
  }
}
