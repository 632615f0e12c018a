/** Ids that nobody else has, for attempts and for requests that may be sent twice. */

/** 32 hex digits. `crypto.randomUUID` is missing on http: pages of other machines; this is not. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
