/** The colours of a drawing, for a cat that has no shape of its own. */

import { type Coat, PLAIN } from "./kinds/stray";

/** Too dark for a fur that has an ink line around it, in the sum of red, green and blue. */
const INKY = 190;
const SIDE_PX = 48;

/**
 * Fur and bib from a picture's pixels (red, green, blue, opacity): the colour that covers most of
 * it, and the palest one that covers at least a twentieth of that. The plain cat's where there are
 * no colours at all.
 */
export function coatOf(pixels: ArrayLike<number>): Coat {
  const areas = new Map<number, number>();
  for (let i = 0; i + 3 < pixels.length; i += 4) {
    const [r = 0, g = 0, b = 0, opacity = 0] = [
      pixels[i],
      pixels[i + 1],
      pixels[i + 2],
      pixels[i + 3],
    ];
    if (opacity < 200 || r + g + b < INKY) continue;
    const rough = ((r >> 4) << 8) | ((g >> 4) << 4) | (b >> 4);
    areas.set(rough, (areas.get(rough) ?? 0) + 1);
  }
  const found = [...areas].sort(([, one], [, other]) => other - one);
  const [most] = found;
  if (most === undefined) return PLAIN;
  const large = found.filter(([, area]) => area * 20 >= most[1]);
  const palest = large.reduce((best, one) => (paleness(one[0]) > paleness(best[0]) ? one : best));
  return { fur: hex(most[0]), bib: hex(palest[0]) };
}

function paleness(rough: number): number {
  return (rough >> 8) + ((rough >> 4) & 15) + (rough & 15);
}

function hex(rough: number): string {
  return `#${[rough >> 8, (rough >> 4) & 15, rough & 15]
    .map((part) => (part * 17).toString(16).padStart(2, "0"))
    .join("")}`;
}

/** The coat of a kind whose drawing the server has; the plain one where it cannot be had. */
export async function coatOfKind(species: string): Promise<Coat> {
  const drawing = new Image(SIDE_PX, SIDE_PX);
  drawing.src = `/art/${encodeURIComponent(species)}.svg`;
  try {
    await drawing.decode();
  } catch {
    return PLAIN;
  }
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE_PX;
  const brush = canvas.getContext("2d");
  if (brush === null) return PLAIN;
  brush.drawImage(drawing, 0, 0, SIDE_PX, SIDE_PX);
  return coatOf(brush.getImageData(0, 0, SIDE_PX, SIDE_PX).data);
}
