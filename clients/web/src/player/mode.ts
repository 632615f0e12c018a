/**
 * Practice, or the real thing: `/?practice` is a page that walks by itself (practice.ts).
 *
 * It is another guest's page, with a wallet of its own: a walk that begins where the player is not
 * would be held against the player as a jump, and practised points are no points.
 */

export const isPractice = new URLSearchParams(location.search).has("practice");

export const PRACTICE_URL = "/?practice";
export const PLAY_URL = "/";
