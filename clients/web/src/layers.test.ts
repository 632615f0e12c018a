import { expect, test } from "vitest";

const SOURCES = import.meta.glob<string>("./**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});

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

const SHARED = ["i18n", "art", "sound", "ui", "net"];
const BIG = ["map", "cats"];

/** The table of docs/architecture.md: which of our folders a folder may import. */
const MAY: Record<string, readonly string[]> = {
  net: [],
  offline: [],
  i18n: [],
  art: SHARED,
  sound: SHARED,
  ui: SHARED,
  map: SHARED,
  cats: SHARED,
  player: [...SHARED, ...BIG],
  merchant: [...SHARED, ...BIG],
  screen: [...SHARED, ...BIG],
};

const FOLDERS = new Set(Object.keys(SOURCES).map((path) => folder(path.slice(2))));

test("every folder has its line", () => {
  const known = [...FOLDERS].filter((name) => !name.endsWith(".ts"));
  expect(known.filter((name) => MAY[name] === undefined)).toEqual([]);
});

test.each(Object.entries(MAY))("%s imports of ours only %j", (name, allowed) => {
  const ours = within(name).filter(({ what }) => MAY[folder(what)] !== undefined);
  const foreign = ours.filter(({ what }) => folder(what) !== name);
  expect(foreign.filter(({ what }) => !allowed.includes(folder(what)))).toEqual([]);
});

test("net needs one package, and no framework", () => {
  const packages = within("net").filter(({ what }) => folder(what) !== "net");
  expect(new Set(packages.map(({ what }) => what))).toEqual(new Set(["@msgpack/msgpack"]));
});

test("net needs no document", () => {
  for (const [path, source] of Object.entries(SOURCES))
    if (path.startsWith("./net/") && !path.endsWith(".test.ts"))
      expect([
        path,
        source.match(/\b(document|window|navigator|location|localStorage)\./g),
      ]).toEqual([path, null]);
});
