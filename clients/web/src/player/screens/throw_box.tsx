/** The box under the thumb: flick it, or press it. */

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Box } from "../../art";
import type { Flick } from "../../cats";
import { texts } from "../../i18n";
import { flickOf, TAP_PX, type Touch } from "../flicks";
import { staged } from "../stages";

const say = texts({
  throw: ["Throw the box", "扔纸箱"],
  how: ["Flick it up, or press", "向上甩，或按一下"],
});

interface Hands {
  isReady: boolean;
  flicked: (flick: Flick) => void;
  /** By a key, a click or a screen reader: thrown straight at the cat. */
  pressed: () => void;
}

export function ThrowBox({ isReady, flicked, pressed }: Hands) {
  const way = useRef<Touch[]>([]);
  const moved = useSignal<readonly [number, number]>([0, 0]);
  const wasFlick = useRef(false);

  function touch(event: PointerEvent): Touch {
    return { x: event.clientX, y: event.clientY, at_ms: event.timeStamp };
  }

  function down(event: PointerEvent) {
    wasFlick.current = false;
    if (!isReady) return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    way.current = [touch(event)];
  }

  function move(event: PointerEvent) {
    const start = way.current[0];
    if (start === undefined) return;
    way.current.push(touch(event));
    moved.value = [event.clientX - start.x, event.clientY - start.y];
  }

  function up(event: PointerEvent) {
    if (way.current.length === 0) return;
    way.current.push(touch(event));
    const flick = flickOf(way.current);
    const far_px = Math.hypot(...moved.value);
    way.current = [];
    moved.value = [0, 0];
    wasFlick.current = far_px > TAP_PX;
    if (flick !== null) flicked(flick);
  }

  function cancel() {
    way.current = [];
    moved.value = [0, 0];
  }

  function click() {
    if (!wasFlick.current && isReady) pressed();
    wasFlick.current = false;
  }

  const [x, y] = moved.value;
  return (
    <div class="throw">
      <button
        type="button"
        class="box"
        aria-label={say("throw")}
        aria-disabled={!isReady}
        style={{ transform: `translate(${x}px, ${y}px)` }}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={cancel}
        onClick={click}
      >
        {staged.value === "flat" && <Box />}
      </button>
      <p aria-hidden="true">{say("how")}</p>
    </div>
  );
}
