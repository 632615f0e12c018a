/** What the browser keeps for this page. Never throws: without storage the page works until it is left. */

type Where = "localStorage" | "sessionStorage";

/** What was kept under a name, or null. */
export function recall(where: Where, name: string): string | null {
  try {
    return globalThis[where].getItem(name);
  } catch {
    return null; // storage is switched off: even to name it throws
  }
}

/** Keep a text under a name; null forgets it. */
export function remember(where: Where, name: string, text: string | null): void {
  try {
    if (text === null) globalThis[where].removeItem(name);
    else globalThis[where].setItem(name, text);
  } catch {
    // full, or switched off
  }
}
