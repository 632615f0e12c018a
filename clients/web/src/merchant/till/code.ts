/**
 * Codes as people type them. A generated code is 17 characters of Crockford's base32 and a check
 * character, in groups of six; case, spaces and hyphens do not matter, and O is 0, I and L are 1.
 */

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 18;
const GROUP = 6;

/** A generated code in its one written form; null where the text is none. */
export function generated(text: string): string | null {
  const plain = text
    .toUpperCase()
    .replace(/[\s\-–—_]/g, "")
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
  if (plain.length !== LENGTH) return null;
  let check = 0;
  for (const char of plain) {
    const digit = ALPHABET.indexOf(char);
    if (digit < 0) return null;
    check = timesX(check) ^ digit;
  }
  if (check !== 0) return null;
  return plain.match(new RegExp(`.{${GROUP}}`, "g"))?.join("-") ?? null;
}

/** An element of GF(32), polynomials over GF(2) modulo x^5 + x^2 + 1, times x. */
function timesX(element: number): number {
  const shifted = element << 1;
  return shifted & 32 ? shifted ^ 0b100101 : shifted;
}

/** What to ask the server for: a generated code as it is written, a merchant's own as it was typed. */
export function asked(text: string): string {
  return generated(text) ?? text.trim();
}

/** Whether what was typed has the length of a generated code, but was read or typed wrongly. */
export function isMistyped(text: string): boolean {
  const signs = text.replace(/[\s\-–—_]/g, "");
  return signs.length === LENGTH && /^[0-9a-z]+$/i.test(signs) && generated(text) === null;
}
