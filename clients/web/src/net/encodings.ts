/** The encodings of `/play`, each the name of a subprotocol. */

import type { ClientMessage } from "./messages";
import { BadMessage } from "./reading";

export type Frame = string | Uint8Array<ArrayBuffer>;

export interface Encoding {
  readonly subprotocol: string;
  encode(message: ClientMessage): Frame;
  /** What stands in a frame, unchecked. Throws `BadMessage` where it can't be read. */
  decode(frame: unknown): unknown;
}

/** Text frames: easy to look at. */
export const json: Encoding = {
  subprotocol: "catcat.v1.json",
  encode: (message) => JSON.stringify(message),
  decode(frame) {
    if (typeof frame !== "string") throw new BadMessage("", "not a text frame");
    try {
      return JSON.parse(frame);
    } catch {
      throw new BadMessage("", "not JSON");
    }
  },
};
