/** Who plays on this device: signed up in one tap, kept, and forgotten when asked to. */

import { Mine, signUp as newGuest, newId, Problem } from "../net";
import { drop, keep, kept } from "./keep";
import { farewell, type Guest, guest } from "./state";

/** The guest of the last visit. Whether the token is still good the server says, not our clock. */
export function remember(): void {
  guest.value = kept<Guest>("guest");
}

/** Somebody new, or whoever it is already. Throws `Problem` and `NoAnswer`. */
export async function signUp(): Promise<void> {
  if (guest.value !== null) return;
  // Kept until there is an answer, so that asking again after a lost one is no second guest.
  const once = kept<string>("sign-up") ?? newId();
  keep("sign-up", once);
  const made = await newGuest(once);
  keep("guest", made);
  drop("sign-up");
  farewell.value = null;
  guest.value = made;
}

/** The token opens nothing any more. */
export function leave(why: "expired" | "forgotten"): void {
  drop("guest", "wallet", "me", "catcat.attempt", "walker");
  guest.value = null;
  farewell.value = why;
}

/** Ask the server to forget this player. Throws like `signUp`. */
export async function forgetMe(): Promise<void> {
  if (guest.value === null) return;
  try {
    await new Mine(guest.value.token).forget();
  } catch (error) {
    if (!(error instanceof Problem && error.status === 401)) throw error;
  }
  leave("forgotten");
}
