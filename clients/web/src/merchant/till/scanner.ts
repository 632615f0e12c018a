/** Reads QR codes off a camera: with the browser's own detector where it has one, else with ours. */

type Read = (video: HTMLVideoElement) => Promise<string | null>;

const LOOK_EVERY_MS = 120;
const WIDTH_MOST = 720;

interface Detector {
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
}

interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

/** Why there is no scanner: nobody lets us, or there is no camera. */
export type NoScanner = "denied" | "missing";

/**
 * Film until `found` has been given a text, or `leave` says so. Rejects with `NoScanner`, and never
 * leaves the camera on.
 */
export async function scan(
  video: HTMLVideoElement,
  found: (text: string) => void,
  leave: AbortSignal,
): Promise<void> {
  if (leave.aborted) return;
  const film = await camera();
  let stopped = false;
  const stop = () => {
    stopped = true;
    for (const track of film.getTracks()) track.stop();
    video.srcObject = null;
  };
  leave.addEventListener("abort", stop);
  if (leave.aborted) return stop();
  let read: Read;
  try {
    video.srcObject = film;
    await video.play();
    read = (await browsersReader()) ?? (await ourReader());
  } catch {
    stop();
    throw "missing" satisfies NoScanner;
  }
  const look = async () => {
    if (stopped) return;
    const text = video.readyState >= 2 ? await read(video).catch(() => null) : null;
    if (stopped) return;
    if (text) {
      stop();
      found(text);
    } else setTimeout(look, LOOK_EVERY_MS);
  };
  look();
}

async function camera(): Promise<MediaStream> {
  try {
    if (!navigator.mediaDevices) throw new DOMException("", "NotFoundError");
    return await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1280 } },
    });
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    throw (name === "NotAllowedError" ? "denied" : "missing") satisfies NoScanner;
  }
}

async function browsersReader(): Promise<Read | null> {
  const Known = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  const formats = (await Known?.getSupportedFormats().catch(() => [])) ?? [];
  if (Known === undefined || !formats.includes("qr_code")) return null;
  const detector = new Known({ formats: ["qr_code"] });
  return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
}

async function ourReader(): Promise<Read> {
  const { decodeQR } = await import("qr/decode.js");
  const canvas = document.createElement("canvas");
  const paper = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    const scale = Math.min(1, WIDTH_MOST / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    if (paper === null || canvas.width === 0) return null;
    paper.drawImage(video, 0, 0, canvas.width, canvas.height);
    try {
      return decodeQR(paper.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      return null; // nothing in this frame that reads as a code
    }
  };
}
