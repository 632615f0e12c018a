/** The HTTP API: JSON in and out, problems (RFC 9457) as exceptions. */

import { type Clock, systemClock } from "./clock";

/** The server's answer is no: `code` is stable, `message` is for a log. */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    /** All that the problem says, for the members that only some codes have. */
    readonly more: Readonly<Record<string, unknown>> = {},
    /** When the server wants to be asked again. */
    readonly retry_after_ms: number | null = null,
  ) {
    super(detail);
  }
}

/** No answer: no network, no server, or none in time. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

export interface CallOptions {
  /** A key or a token. */
  key?: string;
  body?: unknown;
  query?: Readonly<Record<string, string | number | undefined>>;
  /** An Idempotency-Key: then the call is tried again where no answer came. */
  once?: string;
  timeout_ms?: number;
  /** How the answer is read: as JSON, unless it is wanted as text. */
  as?: "json" | "text";
}

export type Call = <Answer>(method: string, path: string, options?: CallOptions) => Promise<Answer>;

export interface CallerOptions {
  /** `https://host`; a page needs none for its own server. */
  origin?: string;
  fetch?: typeof fetch;
  clock?: Clock;
  chance?: () => number;
}

const TIMEOUT_MS = 15_000;
const TRIES = 4;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** A way to call the API of one server. */
export function caller(options: CallerOptions = {}): Call {
  const { origin = "", clock = systemClock, chance = Math.random } = options;
  const ask: typeof fetch = options.fetch ?? ((...asked) => fetch(...asked));

  return async <Answer>(method: string, path: string, options: CallOptions = {}) => {
    const mayRepeat = options.once !== undefined || ["GET", "PUT", "DELETE"].includes(method);
    for (let tries = 1; ; tries++) {
      try {
        return await once<Answer>(ask, clock, method, origin + path, options);
      } catch (error) {
        const wait_ms = worthAnotherTry(error);
        if (!mayRepeat || tries === TRIES || wait_ms === null) throw error;
        const limit_ms = FIRST_WAIT_MS * 2 ** (tries - 1);
        await new Promise<void>((go) => clock.after(wait_ms + chance() * limit_ms, go));
      }
    }
  };
}

/** Calls the API of the page's own server. Throws `Problem` and `NoAnswer`. */
export const call: Call = caller();

/** How long to wait at the least before the same again; null where that will not help. */
function worthAnotherTry(error: unknown): number | null {
  if (error instanceof NoAnswer) return 0;
  if (!(error instanceof Problem)) return null;
  if (error.status !== 408 && error.status !== 429 && error.status < 500) return null;
  const wait_ms = error.retry_after_ms ?? 0;
  return wait_ms > LONGEST_WAIT_MS ? null : wait_ms;
}

async function once<Answer>(
  ask: typeof fetch,
  clock: Clock,
  method: string,
  url: string,
  { key, body, query, once, timeout_ms = TIMEOUT_MS, as = "json" }: CallOptions,
): Promise<Answer> {
  const headers: Record<string, string> = {};
  if (key !== undefined) headers.Authorization = `Bearer ${key}`;
  if (once !== undefined) headers["Idempotency-Key"] = once;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const late = new AbortController();
  const init: RequestInit = { method, headers, signal: late.signal };
  if (body !== undefined) init.body = JSON.stringify(body);
  const callOff = clock.after(timeout_ms, () => late.abort());
  try {
    const answer = await ask(url + asQuery(query), init);
    if (answer.ok) return answer.status === 204 ? (undefined as Answer) : await answer[as]();
    throw await problemOf(answer);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new NoAnswer(`${method} ${url}: no answer`, { cause: error });
  } finally {
    callOff();
  }
}

function asQuery(query: CallOptions["query"]): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
  if (given.length === 0) return "";
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

async function problemOf(answer: Response): Promise<Problem> {
  const more = await answer.json().catch(() => ({}));
  const seconds = Number(answer.headers.get("Retry-After") ?? Number.NaN);
  return new Problem(
    answer.status,
    more.code ?? "unknown",
    more.detail ?? more.title ?? "",
    more,
    Number.isFinite(seconds) ? seconds * 1000 : null,
  );
}

/** A page of a list; `next` is null at its end. */
export interface Listed<Item> {
  items: Item[];
  next: string | null;
}

/** All items of a list, page after page, as they are wanted. */
export async function* pages<Item>(
  path: string,
  options: CallOptions = {},
  via: Call = call,
): AsyncGenerator<Item, void, undefined> {
  let cursor: string | undefined;
  do {
    const query = { ...options.query, cursor };
    const page: Listed<Item> = await via("GET", path, { ...options, query });
    yield* page.items;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}
