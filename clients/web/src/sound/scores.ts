/** The game's sounds as scores: who sounds when, from where to where, how loud. */

export type Sound = "tap" | "throw" | "hit" | "miss" | "catch" | "coupon";

export interface Voice {
  /** The wave, or noise through a filter at the voice's frequency. */
  wave: "sine" | "triangle" | "square" | "noise";
  from_s: number;
  lasts_s: number;
  /** Glides from the first to the last, in hertz. */
  hertz: readonly [number, number];
  /** 0 to 1; it rises at once and fades. */
  loudness: number;
}

/** The frequency of a note, so many semitones above the A of 440 hertz. */
export function note(semitones: number): number {
  return 440 * 2 ** (semitones / 12);
}

function bell(semitones: number, from_s: number, lasts_s: number, loudness = 0.22): Voice[] {
  const hertz = note(semitones);
  return [
    { wave: "triangle", from_s, lasts_s, hertz: [hertz, hertz], loudness },
    {
      wave: "sine",
      from_s,
      lasts_s: lasts_s * 0.6,
      hertz: [hertz * 2, hertz * 2],
      loudness: loudness / 3,
    },
  ];
}

/** A miaow: up, and slowly down again, with a throat. */
function miaow(from_s: number, pitch: number, lasts_s: number): Voice[] {
  const up_s = lasts_s * 0.3;
  return [
    { wave: "triangle", from_s, lasts_s: up_s, hertz: [pitch * 0.8, pitch * 1.35], loudness: 0.2 },
    {
      wave: "triangle",
      from_s: from_s + up_s * 0.7,
      lasts_s: lasts_s - up_s * 0.7,
      hertz: [pitch * 1.35, pitch * 0.85],
      loudness: 0.22,
    },
    {
      wave: "square",
      from_s: from_s + up_s * 0.5,
      lasts_s: lasts_s * 0.6,
      hertz: [pitch * 2.7, pitch * 1.8],
      loudness: 0.025,
    },
  ];
}

export const SCORES: Readonly<Record<Sound, readonly Voice[]>> = {
  tap: [{ wave: "sine", from_s: 0, lasts_s: 0.07, hertz: [740, 520], loudness: 0.18 }],
  throw: [
    { wave: "noise", from_s: 0, lasts_s: 0.3, hertz: [500, 1900], loudness: 0.22 },
    { wave: "sine", from_s: 0, lasts_s: 0.28, hertz: [300, 620], loudness: 0.08 },
  ],
  // Cardboard on the ground, and a surprised cat.
  hit: [
    { wave: "noise", from_s: 0, lasts_s: 0.12, hertz: [420, 180], loudness: 0.5 },
    { wave: "sine", from_s: 0, lasts_s: 0.16, hertz: [170, 70], loudness: 0.4 },
    ...miaow(0.14, 620, 0.34),
  ],
  miss: [
    { wave: "noise", from_s: 0, lasts_s: 0.1, hertz: [300, 140], loudness: 0.3 },
    { wave: "triangle", from_s: 0.1, lasts_s: 0.16, hertz: [330, 290], loudness: 0.16 },
    { wave: "triangle", from_s: 0.28, lasts_s: 0.26, hertz: [270, 190], loudness: 0.16 },
  ],
  // A rising chord of the pentatonic scale, and a happy cat on top.
  catch: [
    ...bell(3, 0, 0.3),
    ...bell(8, 0.1, 0.3),
    ...bell(12, 0.2, 0.3),
    ...bell(15, 0.3, 0.7, 0.26),
    ...bell(20, 0.42, 0.9, 0.2),
    ...miaow(0.75, 700, 0.45),
  ],
  // A till: two bells and the paper.
  coupon: [
    ...bell(24, 0, 0.35, 0.18),
    ...bell(29, 0.11, 0.6, 0.2),
    { wave: "noise", from_s: 0.34, lasts_s: 0.12, hertz: [3200, 4200], loudness: 0.1 },
    { wave: "noise", from_s: 0.5, lasts_s: 0.16, hertz: [3200, 5200], loudness: 0.12 },
  ],
};

/** How long a sound is, from its first voice to the end of its last. */
export function length_s(sound: Sound): number {
  return Math.max(...SCORES[sound].map(({ from_s, lasts_s }) => from_s + lasts_s));
}
