/** The API as the console asks it: with the key of whoever has signed in. */

import type { FieldError, Listed } from "./api";

/** A request that was refused: a problem (RFC 9457) with its fields and whatever else it says. */
export class Refused extends Error {
  constructor(
    /** 0 where nobody answered. */
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly errors: FieldError[] = [],
    readonly more: Record<string, unknown> = {},
  ) {
    super(detail);
  }
}

export interface Asked {
  method?: string;
  /** JSON, or a file with its media type. */
  body?: unknown;
  media?: string;
  /** The same for every repetition of one request. */
  once?: string;
  signal?: AbortSignal;
}

export type Ask = (path: string, asked?: Asked) => Promise<Response>;

/** A way to ask with a key. What is refused is thrown as `Refused`. */
export function asking(key: string): Ask {
  return async (path, { method, body, media, once, signal } = {}) => {
    const headers: Record<string, string> = { Authorization: `Bearer ${key}` };
    if (body !== undefined) headers["Content-Type"] = media ?? "application/json";
    if (once !== undefined) headers["Idempotency-Key"] = once;
    const init: RequestInit = { method: method ?? "GET", headers };
    if (body !== undefined) init.body = media ? (body as Blob) : JSON.stringify(body);
    if (signal) init.signal = signal;
    let answer: Response;
    try {
      answer = await fetch(path, init);
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Refused(0, "offline", "");
    }
    if (answer.ok) return answer;
    const { code, detail, title, errors, ...more } = await answer.json().catch(() => ({}));
    throw new Refused(answer.status, code ?? "unknown", detail ?? title ?? "", errors, more);
  };
}

/** What is said in JSON; nothing where there is nothing to say. */
export async function json<Answer>(answer: Promise<Response>): Promise<Answer> {
  const said = await answer;
  return said.status === 204 ? (undefined as Answer) : said.json();
}

/** A list to its end, page by page, as far as `most`. */
export async function everything<Item>(ask: Ask, path: string, most = 20_000): Promise<Item[]> {
  const found: Item[] = [];
  let cursor: string | null = null;
  do {
    const query: string = `${path.includes("?") ? "&" : "?"}limit=500`;
    const from: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page: Listed<Item> = await json(ask(path + query + from));
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== null && found.length < most);
  return found;
}
