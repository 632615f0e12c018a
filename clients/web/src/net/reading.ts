/** What the server sends, checked: nothing reaches a page that is not of the promised shape. */

import type {
  Cat,
  Cats,
  Caught,
  Coupon,
  CouponChanged,
  CouponState,
  Encounter,
  Notice,
  ProtocolError,
  Refused,
  Rules,
  ServerMessage,
  Welcome,
} from "./messages";

/** Something came that the protocol does not know; `path` is where in the message. */
export class BadMessage extends Error {
  override readonly name = "BadMessage";

  constructor(
    readonly path: string,
    wanted: string,
  ) {
    super(`${path || "message"}: ${wanted}`);
  }
}

type Read<T> = (raw: unknown, path: string) => T;
type Raw = Readonly<Record<string, unknown>>;

// biome-ignore lint/complexity/noBannedTypes: {} is how TypeScript asks whether a key may be absent
type OptionalKeys<T> = { [K in keyof T]-?: {} extends Pick<T, K> ? K : never }[keyof T];
type Needed<T> = { [K in Exclude<keyof T, OptionalKeys<T>>]: Read<T[K]> };
type Optional<T> = { [K in OptionalKeys<T>]-?: Read<Exclude<T[K], undefined>> };

const text: Read<string> = (raw, path) => {
  if (typeof raw !== "string") throw new BadMessage(path, "not text");
  return raw;
};

const number: Read<number> = (raw, path) => {
  if (typeof raw !== "number" || !Number.isFinite(raw)) throw new BadMessage(path, "not a number");
  return raw;
};

const flag: Read<boolean> = (raw, path) => {
  if (typeof raw !== "boolean") throw new BadMessage(path, "neither true nor false");
  return raw;
};

const map: Read<Record<string, unknown>> = (raw, path) => {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw))
    throw new BadMessage(path, "not a map");
  return raw as Record<string, unknown>;
};

function orNull<T>(read: Read<T>): Read<T | null> {
  return (raw, path) => (raw === null ? null : read(raw, path));
}

function listOf<T>(read: Read<T>): Read<T[]> {
  return (raw, path) => {
    if (!Array.isArray(raw)) throw new BadMessage(path, "not a list");
    return raw.map((item, at) => read(item, `${path}[${at}]`));
  };
}

function oneOf<T extends string>(...values: readonly T[]): Read<T> {
  return (raw, path) => {
    const found = values.find((value) => value === raw);
    if (found === undefined) throw new BadMessage(path, `none of ${values.join(", ")}`);
    return found;
  };
}

/** A map with these fields; others are left behind, and so is an optional one that is null. */
function shape<T>(needed: Needed<T>, optional: Optional<T>): Read<T> {
  const musts = Object.entries(needed) as [string, Read<unknown>][];
  const mays = Object.entries(optional) as [string, Read<unknown>][];
  return (raw, path) => {
    const from: Raw = map(raw, path);
    const made: Record<string, unknown> = {};
    const at = (name: string) => (path ? `${path}.${name}` : name);
    for (const [name, read] of musts) {
      if (from[name] === undefined) throw new BadMessage(at(name), "missing");
      made[name] = read(from[name], at(name));
    }
    for (const [name, read] of mays) {
      const value = from[name];
      if (value !== undefined && value !== null) made[name] = read(value, at(name));
    }
    return made as T;
  };
}

const coupon = shape<Coupon>(
  {
    code: orNull(text),
    campaign: text,
    title: text,
    state: oneOf<CouponState>("pending", "active", "redeemed", "expired", "void"),
    expires_ms: orNull(number),
  },
  {},
);

const cat = shape<Cat>(
  {
    id: text,
    species: text,
    store: shape<Cat["store"]>({ id: text, name: text }, {}),
    lat: number,
    lon: number,
    expires_ms: number,
    left: number,
  },
  { reward: shape<NonNullable<Cat["reward"]>>({ campaign: text, title: text }, {}) },
);

const rules = shape<Rules>(
  { view_m: number, catch_m: number, fix_max_age_ms: number, aim_min_ms: number },
  {},
);

const MESSAGES: { [Type in ServerMessage["type"]]: Read<ServerMessage & { type: Type }> } = {
  welcome: shape<Welcome>(
    { type: oneOf("welcome"), session: text, player: text, now_ms: number, rules },
    {},
  ),
  cats: shape<Cats>({ type: oneOf("cats"), appear: listOf(cat), vanish: listOf(text) }, {}),
  encounter: shape<Encounter>(
    {
      type: oneOf("encounter"),
      cat: text,
      ticket: text,
      expires_ms: number,
      distance_m: number,
      bearing_deg: number,
    },
    {},
  ),
  caught: shape<Caught>(
    {
      type: oneOf("caught"),
      attempt: text,
      cat: text,
      species: text,
      points: number,
      coupon: orNull(coupon),
    },
    {},
  ),
  refused: shape<Refused>(
    { type: oneOf("refused"), reason: text, retry: flag },
    {
      attempt: text,
      cat: text,
      retry_after_ms: number,
      distance_m: number,
      limit_m: number,
      limit: text,
    },
  ),
  coupon: shape<CouponChanged>({ type: oneOf("coupon"), attempt: orNull(text), coupon }, {}),
  notice: shape<Notice>({ type: oneOf("notice"), kind: text, text, data: map }, {}),
  error: shape<ProtocolError>({ type: oneOf("error"), code: text, message: text }, {}),
};

/** The message that was decoded; null if its type is of a later protocol. Throws `BadMessage`. */
export function readMessage(raw: unknown): ServerMessage | null {
  const type = text(map(raw, "").type, "type");
  if (!Object.hasOwn(MESSAGES, type)) return null;
  return MESSAGES[type as ServerMessage["type"]](raw, "");
}
