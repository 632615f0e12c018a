/** The HTTP API: JSON in and out, problems (RFC 9457) as exceptions. */

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

/** What the API says to a call, with a key or token where one is given. Throws `Problem`. */
export async function call<Answer>(
  method: string,
  path: string,
  { key, body }: { key?: string; body?: unknown } = {},
): Promise<Answer> {
  const headers: Record<string, string> = {};
  if (key !== undefined) headers["Authorization"] = `Bearer ${key}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const init: RequestInit = { method, headers };
  if (body !== undefined) init.body = JSON.stringify(body);
  const answer = await fetch(path, init);
  if (answer.ok) return answer.status === 204 ? (undefined as Answer) : await answer.json();
  const problem = await answer.json().catch(() => ({}));
  throw new Problem(
    answer.status,
    problem.code ?? "unknown",
    problem.detail ?? problem.title ?? "",
  );
}
