/** The game's sounds, made on the spot. Silent until somebody has touched the page. */

import { signal } from "@preact/signals";
import { SCORES, type Sound, type Voice } from "./scores";

export type { Sound } from "./scores";

const KEPT = "catcat.muted";

export const muted = signal(wasMuted());

function wasMuted(): boolean {
  try {
    return localStorage.getItem(KEPT) === "yes";
  } catch {
    return false; // storage is switched off
  }
}

let studio: AudioContext | null = null;
let hiss: AudioBuffer | null = null;

// Browsers let a page sound only after a gesture; one that is made before complains on the console.
for (const gesture of ["pointerup", "keydown"] as const)
  addEventListener(gesture, wake, { once: true, capture: true });

function wake(): void {
  if (studio !== null || typeof AudioContext === "undefined") return;
  studio = new AudioContext();
}

/** Be silent, or not; kept for the next visit. */
export function mute(isMuted: boolean): void {
  try {
    localStorage.setItem(KEPT, isMuted ? "yes" : "no");
  } catch {
    // full, or switched off: it is kept until the page is left
  }
  muted.value = isMuted;
}

/** Make a sound now. Nothing is heard while muted or before a first gesture; never throws. */
export function play(sound: Sound): void {
  if (muted.value || studio === null) return;
  // A phone that was locked has put it to sleep.
  if (studio.state === "suspended") void studio.resume().catch(() => undefined);
  for (const voice of SCORES[sound]) sing(studio, voice);
}

function sing(studio: AudioContext, { wave, from_s, lasts_s, hertz, loudness }: Voice): void {
  const start = studio.currentTime + from_s;
  const end = start + lasts_s;
  const volume = studio.createGain();
  volume.gain.setValueAtTime(0.0001, start);
  volume.gain.linearRampToValueAtTime(loudness, start + Math.min(0.015, lasts_s / 4));
  volume.gain.exponentialRampToValueAtTime(0.0001, end);
  volume.connect(studio.destination);
  const glide = (pitch: AudioParam) => {
    pitch.setValueAtTime(hertz[0], start);
    pitch.exponentialRampToValueAtTime(hertz[1], end);
  };
  if (wave === "noise") {
    const source = studio.createBufferSource();
    source.buffer = hiss ??= noise(studio);
    source.loop = true;
    const filter = studio.createBiquadFilter();
    filter.type = "bandpass";
    filter.Q.value = 1.2;
    glide(filter.frequency);
    source.connect(filter).connect(volume);
    source.start(start);
    source.stop(end);
  } else {
    const source = studio.createOscillator();
    source.type = wave;
    glide(source.frequency);
    source.connect(volume);
    source.start(start);
    source.stop(end);
  }
}

function noise(studio: AudioContext): AudioBuffer {
  const buffer = studio.createBuffer(1, studio.sampleRate / 2, studio.sampleRate);
  const samples = buffer.getChannelData(0);
  for (let i = 0; i < samples.length; i++) samples[i] = Math.random() * 2 - 1;
  return buffer;
}
