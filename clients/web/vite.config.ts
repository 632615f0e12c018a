import { defineConfig } from "vite";
import { compression, defineAlgorithm } from "vite-plugin-compression2";
import { budgets } from "./budgets.ts";
import { offline } from "./offline.ts";

const server = "http://127.0.0.1:8000";

export default defineConfig({
  appType: "mpa",
  build: {
    // Inside the package: the wheel takes it along.
    outDir: "../../gameserver/_pages",
    emptyOutDir: true,
    assetsDir: "static",
    target: "es2022",
    assetsInlineLimit: 0, // the policy of the pages lets no data: scripts or styles in
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200, // the map and the 3D library, loaded when they are needed
    rollupOptions: {
      preserveEntrySignatures: "exports-only",
      input: {
        player: "index.html",
        merchant: "merchant.html",
        screen: "screen.html",
        // Loaded when a page needs them; entries, so that they keep their names.
        map: "src/map/index.ts",
        cats: "src/cats/index.ts",
        sw: "src/offline/worker.ts",
      },
      output: {
        // At the root, for that is what it looks after; under one name, for browsers ask by that.
        entryFileNames: ({ name }) => (name === "sw" ? "[name].js" : "static/[name]-[hash].js"),
      },
    },
  },
  worker: { format: "es" },
  plugins: [
    compression({
      algorithms: [defineAlgorithm("gzip", { level: 9 }), defineAlgorithm("brotliCompress", {})],
      include: /\.(js|css|html|svg|json|webmanifest)$/,
      exclude: /(^|\/)sw\.js$/, // it is finished after that
      threshold: 1024,
    }),
    offline(),
    budgets(),
  ],
  // `npm run dev` beside `make serve`.
  server: {
    proxy: { "/v1": server, "/art": server, "/play": { target: server, ws: true } },
  },
});
