/** What the screen knows: signals that its parts are drawn from. */

import { signal } from "@preact/signals";
import type { FeedState } from "./feed";
import type { Leader, News, OpenedStore } from "./news";

export const feedState = signal<FeedState>("waiting");
/** When something was heard last, by `performance.now()`. */
export const heard_ms = signal(0);
export const newest = signal<readonly OpenedStore[]>([]);
export const leaders = signal<readonly Leader[]>([]);
export const latest = signal<News | null>(null);
export const lit = signal(0);
/** What drawing has cost so far, for whoever wants to know. */
export const work = signal({ frames: 0, most: 0 });
export const event = signal<{ name: string; at_ms: number } | null>(null);
/** The server's clock less this machine's: a wall's own is often wrong. */
export const ahead_ms = signal(0);
/** Ticks once a second, for what tells the time. */
export const now_ms = signal(performance.now());
