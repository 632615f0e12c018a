/** Builds the service worker's list: what belongs to the player's page, and to this build. */

import { createHash } from "node:crypto";
import type { Plugin, Rollup } from "vite";
import { loadedWith } from "./budgets.ts";
import type { Build } from "./src/offline/plan.ts";

const WORKER = "sw.js";
const PAGE = "index.html";
/** From `public/`, which is not in the bundle. */
const ALSO = ["/favicon.svg", "/icon-maskable.svg", "/manifest.webmanifest"];

function sourceOf(file: Rollup.OutputAsset | Rollup.OutputChunk): string | Uint8Array {
  return file.type === "chunk" ? file.code : file.source;
}

function sha256(source: string | Uint8Array): string {
  return createHash("sha256").update(source).digest("hex");
}

function buildOf(bundle: Rollup.OutputBundle): Build {
  const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
  const page = bundle[PAGE];
  const entry = chunks.find((chunk) => chunk.isEntry && chunk.facadeModuleId?.endsWith(`/${PAGE}`));
  if (page === undefined || entry === undefined) throw new Error(`the build has no ${PAGE}`);
  const first = loadedWith(bundle, entry.fileName);
  const later = lateFiles(bundle, first);
  const paths = (files: Iterable<string>) => [...files].map((file) => `/${file}`).sort();
  const build = {
    page: sha256(sourceOf(page)),
    first: [...paths(first), ...ALSO],
    later: paths(later),
  };
  return { version: sha256(JSON.stringify(build)).slice(0, 16), ...build };
}

/** What these scripts import while they run, with all that it needs, and its workers. */
function lateFiles(bundle: Rollup.OutputBundle, first: ReadonlySet<string>): Set<string> {
  const later = new Set<string>();
  const todo = [...first];
  for (let fileName = todo.pop(); fileName !== undefined; fileName = todo.pop()) {
    const file = bundle[fileName];
    if (file?.type !== "chunk") continue;
    const named = Object.keys(bundle).filter(
      (other) => /worker.*\.js$/.test(other) && file.code.includes(other.replace(/^.*\//, "")),
    );
    for (const part of [...file.dynamicImports, ...named])
      for (const each of loadedWith(bundle, part))
        if (!first.has(each) && !later.has(each)) {
          later.add(each);
          todo.push(each);
        }
  }
  return later;
}

/** A plugin that tells the service worker what to keep. */
export function offline(): Plugin {
  return {
    name: "offline",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const worker = bundle[WORKER];
      if (worker?.type !== "chunk") throw new Error(`the build has no ${WORKER}`);
      if (worker.imports.length > 0) throw new Error(`${WORKER} must stand alone`);
      worker.code = `const CATCAT_BUILD=${JSON.stringify(buildOf(bundle))};${worker.code}`;
    },
  };
}
