/** The camera of the till. */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { texts } from "../../i18n";
import type { NoScanner } from "./scanner";

const say = texts({
  aim: ["Hold the code in front of the camera", "将二维码对准摄像头"],
  stop: ["Stop", "停止"],
  denied: [
    "The browser may not use the camera. Allow it in the address bar, or type the code.",
    "浏览器未获得摄像头权限。请在地址栏允许，或手动输入券码。",
  ],
  missing: ["There is no camera here. Type the code instead.", "没有摄像头，请手动输入券码。"],
});

export function Camera({ onCode, onStop }: { onCode: (text: string) => void; onStop: () => void }) {
  const film = useRef<HTMLVideoElement>(null);
  const trouble = useSignal<NoScanner | null>(null);

  useEffect(() => {
    const video = film.current;
    const leave = new AbortController();
    import("./scanner")
      .then(({ scan }) => (video === null ? undefined : scan(video, onCode, leave.signal)))
      .catch((why) => {
        if (!leave.signal.aborted) trouble.value = why === "denied" ? "denied" : "missing";
      });
    return () => leave.abort();
  }, []);

  return (
    <div class="camera">
      {trouble.value === null ? (
        <>
          <video ref={film} muted playsInline aria-label={say("aim")} />
          <span class="frame" aria-hidden="true" />
          <p class="camera-note">{say("aim")}</p>
        </>
      ) : (
        <p class="note" role="alert">
          {say(trouble.value)}
        </p>
      )}
      <button type="button" onClick={onStop}>
        {say("stop")}
      </button>
    </div>
  );
}
