/** What is sent once, however often somebody tries: it keeps its Idempotency-Key until it has its answer. */

import { type CallOptions, Problem } from "../net/api";
import { newId } from "../net/ids";
import { ask, send, session } from "./session";

/** The keys of requests that have no answer yet, by what was asked. */
const unanswered = new Map<string, string>();

// What somebody else sends is another request, even where it reads the same.
session.subscribe((now) => {
  if (now === null) unanswered.clear();
});

/** Send a POST. The same again, as long as no answer came, is the same request to the server. */
export function post<Answer>(
  path: string,
  body: unknown,
  options: Pick<CallOptions, "timeout_ms"> = {},
): Promise<Answer> {
  return keyed(`${path} ${JSON.stringify(body)}`, (once) =>
    ask<Answer>("POST", path, { ...options, body, once }),
  );
}

/** Send a file, likewise. */
export function postFile<Answer>(path: string, file: File, media: string): Promise<Answer> {
  return keyed(`${path} ${file.name} ${file.size} ${file.lastModified}`, (once) =>
    send<Answer>(path, { file, media, once }),
  );
}

async function keyed<Answer>(
  what: string,
  sent: (once: string) => Promise<Answer>,
): Promise<Answer> {
  const once = unanswered.get(what) ?? newId();
  unanswered.set(what, once);
  const over = () => unanswered.get(what) === once && unanswered.delete(what);
  try {
    const answer = await sent(once);
    over();
    return answer;
  } catch (error) {
    if (isOver(error)) over();
    throw error;
  }
}

/**
 * Whether a request was refused for good, so that the next is another one. "Not now" is no such
 * answer: a try before it, which had none, may have been granted.
 */
function isOver(error: unknown): boolean {
  return error instanceof Problem && error.status < 500 && ![408, 429].includes(error.status);
}
