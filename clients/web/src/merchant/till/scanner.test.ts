// @vitest-environment node
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { scan } from "./scanner";

const stop = vi.fn();
let detect = async (): Promise<{ rawValue: string }[]> => [];

beforeEach(() => {
  stop.mockReset();
  const getUserMedia = async () => ({ getTracks: () => [{ stop }] });
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia } });
  vi.stubGlobal(
    "BarcodeDetector",
    class {
      static getSupportedFormats = async () => ["qr_code"];
      detect = () => detect();
    },
  );
});
afterEach(() => vi.unstubAllGlobals());

function filmed(play: () => Promise<void> = async () => undefined) {
  return { srcObject: null, readyState: 4, play } as unknown as HTMLVideoElement;
}

test("a code is told once, and the camera is off", async () => {
  detect = async () => [{ rawValue: "TEA-1" }];
  const found = vi.fn();
  await scan(filmed(), found, new AbortController().signal);
  await vi.waitFor(() => expect(found).toHaveBeenCalledExactlyOnceWith("TEA-1"));
  expect(stop).toHaveBeenCalledOnce();
});

test("a film that does not play leaves no camera on", async () => {
  const broken = filmed(() => Promise.reject(new DOMException("", "AbortError")));
  await expect(scan(broken, vi.fn(), new AbortController().signal)).rejects.toBe("missing");
  expect(stop).toHaveBeenCalledOnce();
});

test("who leaves while the camera opens or films leaves it off", async () => {
  detect = async () => [];
  const early = new AbortController();
  const opening = scan(filmed(), vi.fn(), early.signal);
  early.abort();
  await opening;
  expect(stop).toHaveBeenCalled();
  stop.mockReset();
  const late = new AbortController();
  const video = filmed();
  await scan(video, vi.fn(), late.signal);
  expect(stop).not.toHaveBeenCalled();
  late.abort();
  expect(stop).toHaveBeenCalled();
  expect(video.srcObject).toBeNull();
});
