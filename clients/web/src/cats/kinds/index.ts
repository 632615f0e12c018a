/** The shape of each kind of cat, by the id that `assets/species.toml` gives it. */

import type { Rig } from "../rig";
import { boba } from "./boba";
import { bobbin } from "./bobbin";
import { drizzle } from "./drizzle";
import { dumpling } from "./dumpling";
import { lantern } from "./lantern";
import { midnight } from "./midnight";
import { neon } from "./neon";
import { page } from "./page";
import { parcel } from "./parcel";
import { receipt } from "./receipt";

export const KINDS: Readonly<Record<string, () => Rig>> = {
  boba,
  bobbin,
  drizzle,
  dumpling,
  lantern,
  midnight,
  neon,
  page,
  parcel,
  receipt,
};
