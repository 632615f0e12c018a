/**
 * What a page may weigh before it can be used, and what is loaded later: a table at every build,
 * and an error where something has become too heavy. Sizes are KB (1000 bytes), compressed with
 * brotli.
 */

import { brotliCompressSync } from "node:zlib";
import type { Plugin, Rollup } from "vite";

/** Of a page's first load: its HTML, its script with all that it imports, their styles. */
const PAGES_KB: Readonly<Record<string, number>> = {
  "index.html": 90,
  "merchant.html": 120,
  "screen.html": 60,
};

/** Of what is loaded when it is needed: a script with its styles and what it imports itself. */
const LATER_KB: Readonly<Record<string, number>> = {
  map: 290,
  cats: 160,
};

/** Of anything else that a page loads later, and of a worker. */
const OTHER_KB = 140;

/** Of the player's page with the map and the cats: what a player loads in all, workers too. */
const PLAYER_KB = 600;

interface Weighed {
  name: string;
  kb: number;
  budget_kb: number;
}

type Bundle = Rollup.OutputBundle;

/** Vite keeps the styles of a chunk here. */
interface WithStyles {
  viteMetadata?: { importedCss: Set<string> };
}

/** The files that are loaded with a chunk: itself, what it imports statically, their styles. */
export function loadedWith(
  bundle: Bundle,
  fileName: string,
  files = new Set<string>(),
): Set<string> {
  const chunk = bundle[fileName];
  if (chunk === undefined || files.has(fileName)) return files;
  files.add(fileName);
  if (chunk.type !== "chunk") return files;
  for (const css of (chunk as WithStyles).viteMetadata?.importedCss ?? []) files.add(css);
  for (const other of chunk.imports) loadedWith(bundle, other, files);
  return files;
}

function weights(bundle: Bundle): Weighed[] {
  const sizes = new Map<string, number>();
  const kb = (files: Iterable<string>) => {
    let bytes = 0;
    for (const file of files) {
      const size = sizes.get(file) ?? sent(bundle, file);
      sizes.set(file, size);
      bytes += size;
    }
    return bytes / 1000;
  };

  const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
  const rows: Weighed[] = [];
  const pageFiles = new Set<string>();
  let player_kb = 0;
  for (const [page, budget_kb] of Object.entries(PAGES_KB)) {
    const entry = chunks.find(
      (chunk) => chunk.isEntry && chunk.facadeModuleId?.endsWith(`/${page}`),
    );
    if (entry === undefined) throw new Error(`the build has no ${page}`);
    const files = loadedWith(bundle, entry.fileName).add(page);
    for (const file of files) pageFiles.add(file);
    rows.push({ name: page, kb: kb(files), budget_kb });
    if (page === "index.html") player_kb = kb(files);
  }

  // What a page has already is not loaded again.
  const later = (fileName: string) =>
    [...loadedWith(bundle, fileName)].filter((file) => !pageFiles.has(file));
  const known = new Set(pageFiles);
  for (const [name, budget_kb] of Object.entries(LATER_KB)) {
    const chunk = chunks.find((one) => one.isEntry && one.name === name);
    if (chunk === undefined) throw new Error(`the build has no ${name}`);
    if (pageFiles.has(chunk.fileName)) throw new Error(`a page loads ${name} at once`);
    const files = later(chunk.fileName);
    for (const file of files) known.add(file);
    rows.push({ name, kb: kb(files), budget_kb });
    player_kb += kb(files);
  }

  for (const file of Object.values(bundle)) {
    const isScript = /\.(js|mjs|css)$/.test(file.fileName);
    if (!isScript || known.has(file.fileName)) continue;
    rows.push({ name: file.fileName, kb: kb([file.fileName]), budget_kb: OTHER_KB });
    if (/worker/.test(file.fileName)) player_kb += kb([file.fileName]);
  }
  rows.push({ name: "player, all of it", kb: player_kb, budget_kb: PLAYER_KB });
  return rows;
}

/** As the server sends it: in the compressed file beside it, where it is large enough for one. */
function sent(bundle: Bundle, fileName: string): number {
  const beside = bundle[`${fileName}.br`];
  if (beside?.type === "asset") return beside.source.length;
  const file = bundle[fileName];
  if (file === undefined) return 0;
  return brotliCompressSync(file.type === "chunk" ? file.code : file.source).length;
}

/** A plugin that weighs every build. */
export function budgets(): Plugin {
  return {
    name: "budgets",
    apply: "build",
    enforce: "post",
    writeBundle(_, bundle) {
      const rows = weights(bundle);
      const table = rows.map(({ name, kb, budget_kb }) => {
        const mark = kb > budget_kb ? " TOO HEAVY" : "";
        return `  ${name.padEnd(42)} ${kb.toFixed(1).padStart(7)} of ${budget_kb} KB${mark}`;
      });
      this.info(`weights, compressed:\n${table.join("\n")}`);
      const heavy = rows.filter(({ kb, budget_kb }) => kb > budget_kb);
      if (heavy.length > 0)
        this.error(
          `over budget: ${heavy.map(({ name }) => name).join(", ")} (see budgets.ts)\n${table.join("\n")}`,
        );
    },
  };
}
