/** A code as a QR code, drawn here: at a till without a network it is there all the same. */

import { useMemo } from "preact/hooks";
import encodeQR from "qr";

const QUIET = 4;

/** The dark modules as one path: a unit square each. */
export function pathOf(modules: readonly (readonly boolean[])[]): string {
  return modules
    .flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
    .join("");
}

export function QrCode({ text, label }: { text: string; label: string }) {
  const modules = useMemo(() => encodeQR(text, "raw", { ecc: "medium", border: QUIET }), [text]);
  const size = modules.length;
  return (
    <svg viewBox={`0 0 ${size} ${size}`} class="qr" role="img" aria-label={label}>
      <rect width={size} height={size} fill="#fff" />
      <path d={pathOf(modules)} fill="#000" shape-rendering="crispEdges" />
    </svg>
  );
}
