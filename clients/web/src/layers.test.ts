import { expect, test } from "vitest";

const SOURCES = import.meta.glob<string>("./**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});

const PAGES = ["player", "merchant", "screen"];

interface Import {
  from: string;
  what: string;
}

/** The module that a relative import names, from `src` on; a package as it is. */
function resolved(file: string, what: string): string {
  if (!what.startsWith(".")) return what;
  const parts = file.split("/").slice(0, -1);
  for (const step of what.replace(/\?.*$/, "").split("/"))
    if (step === "..") parts.pop();
    else if (step !== ".") parts.push(step);
  return parts.join("/");
}

function importsOf(file: string, source: string): Import[] {
  const found = source.matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*)"([^"]+)"/g);
  return [...found].map(([, what = ""]) => ({ from: file, what: resolved(file, what) }));
}

const IMPORTS = Object.entries(SOURCES)
  .map(([path, source]) => [path.slice(2), source] as const)
  .filter(([file]) => !file.endsWith(".test.ts") && !file.endsWith(".test.tsx"))
  .flatMap(([file, source]) => importsOf(file, source));

function folder(path: string): string {
  return path.split("/")[0] ?? "";
}

function within(name: string): Import[] {
  return IMPORTS.filter(({ from }) => folder(from) === name);
}

test("imports are found", () => {
  expect(within("net").map(({ what }) => what)).toContain("net/messages");
  expect(importsOf("a/b.tsx", 'import { x } from "../net";\nawait import("./c");')).toEqual([
    { from: "a/b.tsx", what: "net" },
    { from: "a/b.tsx", what: "a/c" },
  ]);
});

test("net knows nothing of the pages, and no framework", () => {
  const foreign = within("net").filter(
    ({ what }) => folder(what) !== "net" && what !== "@msgpack/msgpack",
  );
  expect(foreign).toEqual([]);
});

test("net needs no document", () => {
  for (const [path, source] of Object.entries(SOURCES))
    if (path.startsWith("./net/") && !path.endsWith(".test.ts"))
      expect([
        path,
        source.match(/\b(document|window|navigator|location|localStorage)\./g),
      ]).toEqual([path, null]);
});

test("pages do not import each other", () => {
  for (const page of PAGES) {
    const others = PAGES.filter((other) => other !== page);
    expect(within(page).filter(({ what }) => others.includes(folder(what)))).toEqual([]);
  }
});

test("what pages share imports no page", () => {
  const shared = IMPORTS.filter(({ from }) => from.includes("/") && !PAGES.includes(folder(from)));
  expect(shared.filter(({ what }) => PAGES.includes(folder(what)))).toEqual([]);
});
