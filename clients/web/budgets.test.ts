// @vitest-environment node
import { expect, test } from "vitest";
import { loadedWith } from "./budgets";

/** A bundle of chunks with what each of them imports, at once and later. */
function bundle(chunks: Record<string, { imports?: string[]; later?: string[]; css?: string[] }>) {
  return Object.fromEntries(
    Object.entries(chunks).map(([fileName, { imports = [], later = [], css = [] }]) => [
      fileName,
      {
        type: "chunk",
        fileName,
        imports,
        dynamicImports: later,
        viteMetadata: { importedCss: new Set(css) },
      },
    ]),
  ) as unknown as Parameters<typeof loadedWith>[0];
}

test("a first load is the script, all that it imports, and their styles", () => {
  const files = loadedWith(
    bundle({
      "page.js": { imports: ["ui.js"], css: ["page.css"] },
      "ui.js": { imports: ["preact.js"], css: ["base.css"] },
      "preact.js": {},
      "other.js": {},
    }),
    "page.js",
  );
  expect([...files].sort()).toEqual(["base.css", "page.css", "page.js", "preact.js", "ui.js"]);
});

test("what is imported later does not belong to it", () => {
  const files = loadedWith(bundle({ "page.js": { later: ["map.js"] }, "map.js": {} }), "page.js");
  expect([...files]).toEqual(["page.js"]);
});

test("scripts that import each other are weighed once", () => {
  const chunks = bundle({ "a.js": { imports: ["b.js"] }, "b.js": { imports: ["a.js"] } });
  expect([...loadedWith(chunks, "a.js")].sort()).toEqual(["a.js", "b.js"]);
});
