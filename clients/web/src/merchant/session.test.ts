// @vitest-environment node
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const KEYS = ["cat_a", "cat_b"];
const TILL = { items: [], next: null, role: "merchant", merchant: "mer_1", name: "Tea" };
let answer: (response: Response) => void = () => undefined;

beforeEach(() => {
  vi.stubGlobal("fetch", (path: string) =>
    path.startsWith("/v1/till")
      ? Promise.resolve(Response.json(TILL))
      : new Promise<Response>((then) => {
          answer = then;
        }),
  );
});
afterEach(() => vi.unstubAllGlobals());

/** A question that one merchant asks, and that is answered when another has signed in. */
async function askedBefore() {
  const { ask, session, signIn, signOut } = await import("./session");
  const [first = "", second = ""] = KEYS;
  await signIn(first);
  const asked = ask("GET", "/v1/stores");
  const refused = expect(asked).rejects.toMatchObject({ code: "unauthenticated" });
  signOut();
  await signIn(second);
  return { refused, session };
}

test("what comes for somebody who has signed out is nobody's", async () => {
  const { refused } = await askedBefore();
  answer(Response.json({ items: ["theirs"], next: null }));
  await refused;
});

test("a key that was revoked signs out whoever has it, and nobody else", async () => {
  const { refused, session } = await askedBefore();
  answer(Response.json({ code: "unauthenticated" }, { status: 401 }));
  await refused;
  expect(session.value?.key).toBe(KEYS[1]);

  const { ask } = await import("./session");
  const asked = expect(ask("GET", "/v1/stores")).rejects.toMatchObject({ status: 401 });
  answer(Response.json({ code: "unauthenticated" }, { status: 401 }));
  await asked;
  expect(session.value).toBeNull();
});
