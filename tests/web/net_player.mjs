/**
 * The pages' client library in Node, driven over standard input: each line `{id, do, with}` calls a
 * method below, each line of output is `{id, answer}`, `{id, error}` or `{event, data}`.
 *
 *     node net_player.mjs clients/web FILE
 *
 * FILE is what is kept over a reload, as `localStorage` would.
 */

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [web, file] = process.argv.slice(2);
const require = createRequire(join(web, "package.json"));
const { runnerImport } = await import(pathToFileURL(join(require.resolve("vite/package.json"), "../dist/node/index.js")));
const { module: net } = await runnerImport(join(web, "src/net/index.ts"), { root: web, logLevel: "error" });
const { WebSocket } = globalThis.WebSocket ? globalThis : require("ws");

const keep = {
  getItem: () => (existsSync(file) ? readFileSync(file, "utf-8") : null),
  setItem: (_, value) => writeFileSync(file, value),
  removeItem: () => rmSync(file, { force: true }),
};

let line, via, mine;
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

async function all(items) {
  const found = [];
  for await (const item of items) found.push(item);
  return found;
}

const METHODS = {
  at(origin) {
    via = net.caller({ origin });
  },
  signUp: (once) => net.signUp(once, via),
  open(origin, token, encoding) {
    mine = new net.Mine(token, via);
    line = new net.PlayLine({
      url: net.playUrl(origin),
      token,
      encoding: net[encoding],
      keep,
      openSocket: (url, subprotocol) => new WebSocket(url, subprotocol),
    });
    for (const event of ["state", "caught", "refused", "coupon", "fault"])
      line.on(event, (data) => say({ event, data }));
    line.on("view", (cats) => say({ event: "view", data: [...cats.values()] }));
    line.open();
  },
  fix: (lat, lon) => line.fix({ lat, lon, accuracy_m: 8, at_ms: net.systemClock.now_ms() }),
  aim: (cat) => line.aim(cat),
  throw: (aimed) => line.catchCat(aimed),
  close: () => line.close(),
  rules: () => line.welcome.rules,
  clock: () => line.serverNow_ms() - Date.now(),
  me: () => mine.me(),
  coupons: () => all(mine.coupons(1)),
  catches: () => all(mine.catches(1)),
  qr: (code) => mine.qr(code),
  forget: () => mine.forget(),
  map: () => net.streetMap(via),
  species: () => net.species(via),
  config: () => net.pageSettings(via),
  leaderboard: () => net.leaderboard("day", 10, via),
};

say({ event: "ready" });
for await (const asked of createInterface({ input: process.stdin })) {
  const { id, do: name, with: given } = JSON.parse(asked);
  Promise.resolve()
    .then(() => METHODS[name](...given))
    .then((answer = null) => say({ id, answer }))
    .catch((error) => say({ id, error: { name: error.name, code: error.code, message: error.message } }));
}
line?.close();
