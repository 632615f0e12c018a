/** The server's time, for what the server lets expire: a phone's clock may be off by hours. */

import { useNowMs } from "./countdown";
import { theLine } from "./game";

/** By the line, where there was one; else by the phone. */
export function serverNow_ms(): number {
  const line = theLine();
  return line === null || line.welcome === null ? Date.now() : line.serverNow_ms();
}

/** As `useNowMs`. */
export function useServerNowMs(): number {
  useNowMs();
  return serverNow_ms();
}
