/** What a till sounds like: it went well, or it did not, without looking. */

import type { VerdictKind } from "./verdict";

const WELL = [
  [660, 0],
  [990, 0.11],
] as const;
const NOT = [
  [220, 0],
  [165, 0.16],
] as const;

let context: AudioContext | null = null;

/** Play what goes with an answer. Silent where the browser lets no sound out. */
export function sound(kind: VerdictKind): void {
  if (!("AudioContext" in globalThis)) return;
  context ??= new AudioContext();
  const isWell = kind === "done" || kind === "good";
  for (const [pitch_hz, after_s] of isWell ? WELL : NOT) {
    note(context, pitch_hz, after_s, isWell ? "sine" : "square");
  }
}

function note(on: AudioContext, pitch_hz: number, after_s: number, type: OscillatorType): void {
  const start = on.currentTime + after_s;
  const tone = new OscillatorNode(on, { frequency: pitch_hz, type });
  const volume = new GainNode(on, { gain: type === "sine" ? 0.25 : 0.08 });
  volume.gain.setTargetAtTime(0, start + 0.06, 0.05);
  tone.connect(volume).connect(on.destination);
  tone.start(start);
  tone.stop(start + 0.4);
}
