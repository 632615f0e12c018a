/** The API as the console asks it, beyond JSON: files that go up and come down, and fields that are wrong. */

import { NoAnswer, Problem } from "../net/api";
import type { FieldError } from "./api";

/** What is wrong with the fields of a request that was refused. */
export function fieldErrors(error: unknown): FieldError[] {
  if (!(error instanceof Problem)) return [];
  return (error.more.errors as FieldError[] | undefined) ?? [];
}

/** An answer, or nothing where the coupon service, which may be anybody's own, has no such report. */
export async function orNothing<Answer>(answer: Promise<Answer>): Promise<Answer | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}

/** A request whose body or answer is a file. Throws `Problem` and `NoAnswer`, as `call` does. */
async function asked(key: string, path: string, init: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    const headers = { ...init.headers, Authorization: `Bearer ${key}` };
    answer = await fetch(path, { ...init, headers });
  } catch (error) {
    throw new NoAnswer(`${path}: no answer`, { cause: error });
  }
  if (answer.ok) return answer;
  const more = await answer.json().catch(() => ({}));
  throw new Problem(answer.status, more.code ?? "unknown", more.detail ?? more.title ?? "", more);
}

/** Send a file as it is; `once` makes sending it again harmless. */
export async function upload<Answer>(
  key: string,
  path: string,
  { file, media, once }: { file: Blob; media: string; once: string },
): Promise<Answer> {
  const headers = { "Content-Type": media, "Idempotency-Key": once };
  return (await asked(key, path, { method: "POST", headers, body: file })).json();
}

/** Fetch a file with the key in a header, and let the browser keep it under a name. */
export async function download(key: string, path: string, name: string): Promise<void> {
  keep(await (await asked(key, path, {})).blob(), name);
}

/** Let the browser keep a file under a name. */
export function keep(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
