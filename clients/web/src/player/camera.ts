/** The camera at the phone's back, as a picture behind the cat. Nothing of it leaves the page. */

export type NoCamera = "refused" | "absent";

export interface OpenCamera {
  stop(): void;
}

/** Film into a video element, or say why not. */
export async function openCamera(video: HTMLVideoElement): Promise<OpenCamera | NoCamera> {
  if (navigator.mediaDevices === undefined) return "absent"; // not a page of https:
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 } },
    });
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    return name === "NotAllowedError" || name === "SecurityError" ? "refused" : "absent";
  }
  video.srcObject = stream;
  video.play().catch(() => undefined); // the page was left meanwhile
  return {
    stop() {
      for (const track of stream.getTracks()) track.stop();
      video.srcObject = null;
    },
  };
}
