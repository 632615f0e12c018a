// @vitest-environment node
import { beforeEach, expect, test, vi } from "vitest";
import { NoAnswer, Problem } from "../../net/api";
import type { Entries, Saved } from "./form";

beforeEach(() => {
  vi.stubGlobal("localStorage", { getItem: () => "en", setItem: () => undefined });
  vi.stubGlobal("navigator", { language: "en" });
  vi.stubGlobal("document", { documentElement: { lang: "" } });
  vi.stubGlobal("location", { hash: "#/here" });
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("window", globalThis);
});

/** A form whose saves are answered when a test says so. */
async function formOf<Values extends Entries>(start: Values) {
  const { makeForm } = await import("./form");
  const { said } = await import("../shell/said");
  const saves: {
    values: Values;
    answer: (saved: Saved<Values>) => void;
    refuse: (error: unknown) => void;
  }[] = [];
  const form = makeForm(
    start,
    (values) =>
      new Promise<Saved<Values>>((answer, refuse) => saves.push({ values, answer, refuse })),
  );
  return { form, saves, heard: () => said.value.text };
}

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

test("who has filled in nothing hears of all that is needed, and nothing is sent", async () => {
  const { makeForm } = await import("./form");
  let sent = 0;
  const form = makeForm(
    { title: "", stock: "", terms: "" },
    async () => {
      sent += 1;
      return { said: "" };
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
    return { said: "" };
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

test("a form that is saved twice while the first save runs is sent once, and again after its answer", async () => {
  const { form, saves } = await formOf({ title: "Tea" });
  const first = form.submit();
  expect(form.busy.value).toBe(true);
  await form.submit();
  expect(saves).toHaveLength(1);
  saves[0]?.refuse(new NoAnswer());
  await first;
  expect(form.busy.value).toBe(false);
  void form.submit();
  expect(saves).toHaveLength(2);
});

test("what was saved is said, stands in the form as the server has it, and leads on", async () => {
  const { form, saves, heard } = await formOf({ title: " Tea " });
  const saved = form.submit();
  saves[0]?.answer({ said: "Saved.", values: { title: "Tea" }, leadsTo: ["stores", "sto_1"] });
  await saved;
  expect(heard()).toBe("Saved.");
  expect(form.values.value).toEqual({ title: "Tea" });
  expect(location.hash).toBe("#/stores/sto_1");
});

test("what is written while a save runs stays", async () => {
  const { form, saves } = await formOf({ title: "Tea" });
  const saved = form.submit();
  form.put("title", "Tea and cake");
  saves[0]?.answer({ said: "Saved.", values: { title: "Tea" } });
  await saved;
  expect(saves[0]?.values).toEqual({ title: "Tea" });
  expect(form.values.value).toEqual({ title: "Tea and cake" });
});

test("a save whose answer comes after its form was closed is said, and takes nobody away", async () => {
  const { form, saves, heard } = await formOf({ title: "Tea" });
  const saved = form.submit();
  form.close();
  saves[0]?.answer({ said: "Made.", leadsTo: ["stores", "sto_1"] });
  await saved;
  expect(heard()).toBe("Made.");
  expect(location.hash).toBe("#/here");
});

test.each([
  ["no answer", new NoAnswer(), /what you did before: .*may or may not have been saved/],
  [
    "a fault",
    refused({ field: "title", message: "is missing" }),
    /what you did before: It was not saved\. Please fill this in\./,
  ],
])("a form that was closed before %s is heard of all the same", async (_, error, words) => {
  const { form, saves, heard } = await formOf({ title: "Tea" });
  const saved = form.submit();
  form.close();
  saves[0]?.refuse(error);
  await saved;
  expect(heard()).toMatch(words);
});
