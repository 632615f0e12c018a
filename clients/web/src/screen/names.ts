/** How a wall tells players apart without saying who they are. */

/** A player as a wall may name one: the beginning of a name that says nothing. */
export function shortName(player: string): string {
  const name = player.replace(/^g/, "");
  return `${name.slice(0, 3)}·${name.slice(3, 6)}`.toUpperCase();
}

/** A colour of their own, always the same. */
export function hue(player: string): number {
  let sum = 0;
  for (const sign of player) sum = (sum * 31 + sign.charCodeAt(0)) % 360;
  return sum;
}
