// @vitest-environment node
import { beforeAll, expect, test, vi } from "vitest";
import { NoAnswer, Problem } from "../../net/api";

beforeAll(() => {
  vi.stubGlobal("localStorage", { getItem: () => "en", setItem: () => undefined });
  vi.stubGlobal("navigator", { language: "en" });
  vi.stubGlobal("document", { documentElement: { lang: "" } });
});

const refused = (...errors: { field: string; message: string }[]) =>
  new Problem(422, "invalid", "", { errors });

test("errors of the API stand at their fields until these are changed", async () => {
  const { makeForm } = await import("./form");
  const form = makeForm({ title: "", stock: "-1" }, async () => {
    throw refused({ field: "stock", message: "Expected `int` >= 0" });
  });
  await form.submit();
  expect(form.errors.value).toEqual({ stock: "Expected `int` >= 0" });
  expect(form.failure.value).toContain("marked fields");
  form.put("stock", "5");
  expect(form.errors.value).toEqual({});
});

test("an error of a part stands at the whole, and one of no field above the form", async () => {
  const { byField, makeForm } = await import("./form");
  expect(byField(refused({ field: "species.dog", message: "?" }), ["species"])).toEqual({
    species: "?",
  });
  const form = makeForm({ title: "" }, async () => {
    throw refused({ field: "area", message: "is no area" });
  });
  await form.submit();
  expect(form.failure.value).toBe("area: is no area");
});

test("what is sent again unchanged is the same request, and another one once it is changed", async () => {
  const { makeForm } = await import("./form");
  const sent: string[] = [];
  const form = makeForm({ title: "Tea" }, async (_, once) => {
    sent.push(once);
    throw new NoAnswer();
  });
  await form.submit();
  await form.submit();
  form.put("title", "Cake");
  await form.submit();
  expect(sent[0]).toBe(sent[1]);
  expect(sent[2]).not.toBe(sent[1]);
});

test("who has filled in nothing hears of all that is needed, and nothing is sent", async () => {
  const { makeForm } = await import("./form");
  let sent = 0;
  const form = makeForm(
    { title: "", stock: "", terms: "" },
    async () => {
      sent += 1;
      return undefined;
    },
    { needed: () => ["title", "stock"] },
  );
  await form.submit();
  expect(Object.keys(form.errors.value)).toEqual(["title", "stock"]);
  expect(form.failure.value).not.toBe("");
  expect(sent).toBe(0);
  form.put("title", "Tea");
  form.put("stock", "5");
  await form.submit();
  expect(sent).toBe(1);
});

test("half a date stops the form at its field, as no date means something else", async () => {
  const { makeForm } = await import("./form");
  let sent = 0;
  const form = makeForm({ title: "Tea", starts_at: "" }, async () => {
    sent += 1;
    return undefined;
  });
  const submitted = (badInput: boolean) => {
    const elements = [
      { name: "", validity: { badInput: false } },
      { name: "starts_at", validity: { badInput } },
    ];
    return { preventDefault: () => undefined, currentTarget: { elements } } as unknown as Event;
  };
  await form.submit(submitted(true));
  expect(Object.keys(form.errors.value)).toEqual(["starts_at"]);
  expect(form.failure.value).toContain("marked fields");
  expect(sent).toBe(0);
  await form.submit(submitted(false));
  expect(form.errors.value).toEqual({});
  expect(sent).toBe(1);
});

test.each([500, 429])(
  "what was refused and is sent again is another request, not after a %i",
  async (later) => {
    const { makeForm } = await import("./form");
    const sent: string[] = [];
    let status = 409;
    const form = makeForm({ title: "Tea" }, async (_, once) => {
      sent.push(once);
      throw new Problem(status, "ref_taken", "");
    });
    await form.submit();
    status = later;
    await form.submit();
    await form.submit();
    expect(sent[1]).not.toBe(sent[0]);
    expect(sent[2]).toBe(sent[1]);
  },
);
