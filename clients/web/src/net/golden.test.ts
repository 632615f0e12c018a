import { expect, test } from "vitest";
import { json } from "./encodings";
import type { ClientMessage } from "./messages";
import { msgpack } from "./msgpack";
import { BadMessage, readMessage } from "./reading";

const FILES = import.meta.glob<string>("../../../../docs/golden/*.{json,hex}", {
  query: "?raw",
  import: "default",
  eager: true,
});

function file(name: string): string {
  const found = Object.entries(FILES).find(([path]) => path.endsWith(`/${name}`));
  if (found === undefined) throw new Error(name);
  return found[1];
}

function names(side: "client" | "server"): string[] {
  return Object.keys(FILES)
    .map((path) => /\/([^/]+)\.json$/.exec(path)?.[1] ?? "")
    .filter((name) => name.startsWith(side));
}

function bytes(hex: string): Uint8Array<ArrayBuffer> {
  const pairs = hex.replace(/\s/g, "").match(/../g) ?? [];
  return new Uint8Array(pairs.map((pair) => Number.parseInt(pair, 16)));
}

test("there are golden frames", () => {
  expect(names("server").length).toBeGreaterThan(8);
  expect(names("client").length).toBeGreaterThan(3);
});

test.each(names("server"))("%s is read from either encoding to the map that it shows", (name) => {
  const shown = JSON.parse(file(`${name}.json`));
  expect(json.decode(file(`${name}.json`))).toEqual(shown);
  const packed = bytes(file(`${name}.msgpack.hex`));
  expect(msgpack.decode(packed)).toEqual(shown);
  expect(msgpack.decode(packed.buffer)).toEqual(shown);
  expect(readMessage(shown)).toEqual(shown);
});

test.each(names("client"))("%s is written so that it is read as the same", (name) => {
  const message = json.decode(file(`${name}.json`)) as ClientMessage;
  expect(JSON.parse(json.encode(message) as string)).toEqual(message);
  expect(msgpack.decode(msgpack.encode(message))).toEqual(message);
  expect(msgpack.decode(bytes(file(`${name}.msgpack.hex`)))).toEqual(message);
});

/** Every map within a message, with the path to it. */
function* mapsIn(value: unknown, path: string[] = []): Generator<[string[], object]> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield [path, value];
  for (const [name, part] of Object.entries(value)) yield* mapsIn(part, [...path, name]);
}

test.each(names("server"))("%s with a field too many is read without it", (name) => {
  const shown = JSON.parse(file(`${name}.json`));
  const more = structuredClone(shown);
  for (const [path, map] of [...mapsIn(more)])
    if (path.at(-1) !== "data") Object.assign(map, { of_a_later_server: { x: 1 } });
  expect(readMessage(more)).toEqual(shown);
});

test.each(names("server"))("%s with a wrong field is malformed, and it is said which", (name) => {
  const shown = JSON.parse(file(`${name}.json`));
  for (const [path, map] of mapsIn(shown)) {
    if (path.includes("data")) continue;
    for (const field of Object.keys(map)) {
      if (path.length === 0 && field === "type") continue;
      const spoilt = structuredClone(shown);
      const part = path.reduce((whole, step) => whole[step], spoilt);
      part[field] = [undefined, { wrong: true }];
      expect(() => readMessage(spoilt)).toThrow(BadMessage);
      expect(() => readMessage(spoilt)).toThrow(field);
    }
  }
});

test("what is optional may be null", () => {
  const refused = { type: "refused", reason: "missed", retry: true, cat: null, limit_m: null };
  expect(readMessage(refused)).toEqual({ type: "refused", reason: "missed", retry: true });
});

test.each([null, 7, "cats", [], {}, { type: 7 }, [{ type: "cats" }]])("%j is no message", (raw) => {
  expect(() => readMessage(raw)).toThrow(BadMessage);
});

test.each(["rainbow", "toString", "__proto__", "constructor"])(
  "a message of the type %s may come from a later server",
  (type) => {
    expect(readMessage(JSON.parse(`{"type": ${JSON.stringify(type)}}`))).toBeNull();
  },
);

test("a frame of the other kind, or one that is cut off, can't be read", () => {
  expect(() => json.decode(new ArrayBuffer(2))).toThrow(BadMessage);
  expect(() => json.decode('{"type":')).toThrow(BadMessage);
  expect(() => msgpack.decode('{"type":"cats"}')).toThrow(BadMessage);
  const packed = bytes(file("server-welcome.msgpack.hex"));
  for (let length = 0; length < packed.length; length++)
    expect(() => msgpack.decode(packed.slice(0, length))).toThrow(BadMessage);
});
