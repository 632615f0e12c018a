/** Catch the Cat's client library: the wire and the HTTP API. It knows no page and no framework. */

export * from "./api";
export type { Keep, Unanswered } from "./attempts";
export { type Clock, systemClock } from "./clock";
export { type Closing, closing, type WhyEnded, type WhyWaiting } from "./closing";
export type { LineState, Socket } from "./connection";
export { type Encoding, type Frame, json } from "./encodings";
export { newId } from "./ids";
export * from "./messages";
export { msgpack } from "./msgpack";
export { type PlayEvents, PlayLine, type PlayOptions, playUrl } from "./play_line";
export * from "./players";
export { BadMessage, readMessage } from "./reading";
export { keepsTicket, REFUSALS, type Reason, type Then, whatNext } from "./refusals";
