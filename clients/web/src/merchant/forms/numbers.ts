/** Numbers as people write them in a field. */

/** Commas between thousands, as in 10,000; any other comma may be meant as a point. */
const IN_THOUSANDS = /^\d{1,3}(,\d{3})+(\.\d*)?$/;

/**
 * A number, nothing where nothing is written, and the text itself where it is none: the API says so
 * at its field.
 */
export function number(text: string): number | null | string {
  const plain = text
    .trim()
    .replace(/[０-９．，]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
  if (plain === "") return null;
  const value = Number(IN_THOUSANDS.test(plain) ? plain.replaceAll(",", "") : plain);
  return Number.isFinite(value) ? value : plain;
}

/** The text of a number in a field. */
export function written(value: number | null | undefined): string {
  return value === null || value === undefined ? "" : String(value);
}

/** A text, or nothing where nothing is written. */
export function line(text: string): string | null {
  return text.trim() === "" ? null : text.trim();
}
