/** The picture, the stage above it, and the hands: dragging, flicking, keys. */

import { effect, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Flick, Stage } from "../../cats";
import { texts } from "../../i18n";
import { play } from "../../sound";
import { type NoCamera, openCamera } from "../camera";
import { landed, straight } from "../flicks";
import { drag, gaze, help, lookAhead } from "../gaze";
import { turn } from "../ground";
import { throwBox } from "../hunting";
import { openAnyStage, staged } from "../stages";
import { hunt } from "../state";
import { Backdrop } from "./backdrop";
import { ThrowBox } from "./throw_box";

const say = texts({
  view: ["View. Turn with the arrow keys or by dragging.", "视野。用方向键或拖动来转身。"],
  refused: [
    "The camera was refused, so the cat stands before a painted street. It can be allowed in the browser's settings.",
    "相机被拒绝，猫就站在画的街道前面。可以在浏览器设置里允许。",
  ],
  absent: [
    "No camera here: the cat stands before a painted street.",
    "这里没有相机，猫站在画的街道前面。",
  ],
  left: ["It is to your left.", "它在你左边。"],
  right: ["It is to your right.", "它在你右边。"],
  missed: ["Past it! Try again.", "扔偏了，再来！"],
});

const DEG_PER_PX = 0.12;
const KEY_DEG = 6;
const AFTER_THROW_MS = 1_500;
/** A slow phone may take its time for confetti; the coupon does not wait for it. */
const CELEBRATED_MS = 2_500;
const TURNS: Readonly<Record<string, readonly [right: number, up: number]>> = {
  ArrowLeft: [-KEY_DEG, 0],
  ArrowRight: [KEY_DEG, 0],
  ArrowUp: [0, KEY_DEG],
  ArrowDown: [0, -KEY_DEG],
};

export function Viewfinder({ celebrated }: { celebrated: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const flat = useRef<HTMLDivElement>(null);
  const stage = useRef<Stage | null>(null);
  const noCamera = useSignal<NoCamera | null>(null);
  const hasMissed = useSignal(false);
  const isFlying = useSignal(false);

  useEffect(() => {
    lookAhead();
    let isLeft = false;
    let close: () => void = () => {};
    async function film(element: HTMLVideoElement) {
      const opened = await openCamera(element);
      if (typeof opened === "string") noCamera.value = opened;
      else if (isLeft) opened.stop();
      else close = opened.stop;
    }
    if (video.current !== null) void film(video.current);
    return () => {
      isLeft = true;
      close();
    };
  }, []);

  useEffect(() => {
    let off: () => void = () => {};
    let isLeft = false;
    async function open(one: HTMLCanvasElement, other: HTMLElement) {
      const opened = await openAnyStage(one, other);
      if (isLeft) return opened.destroy();
      stage.current = opened;
      off = follow(opened);
    }
    if (canvas.current !== null && flat.current !== null) void open(canvas.current, flat.current);
    return () => {
      isLeft = true;
      off();
      staged.value = null;
      stage.current?.destroy();
      stage.current = null;
    };
  }, []);

  async function toss(flick: Flick, isHelped: boolean): Promise<void> {
    const on = stage.current;
    if (on === null || hunt.value?.state.kind !== "ready" || isFlying.value) return;
    isFlying.value = true;
    hasMissed.value = false;
    if (isHelped) help(true);
    play("throw");
    if ((await landed(on, flick)) === "hit") {
      play("hit");
      await hear(on);
    } else {
      play("miss");
      hasMissed.value = true;
    }
    isFlying.value = false;
    setTimeout(() => help(false), AFTER_THROW_MS);
  }

  async function hear(on: Stage): Promise<void> {
    const answer = await throwBox();
    if (answer.type === "caught") {
      play("catch");
      await Promise.race([on.caught(), after(CELEBRATED_MS)]);
      celebrated();
    } else if (hunt.value?.state.kind === "lost") await on.fled();
    else on.missed();
  }

  function turned(event: KeyboardEvent) {
    const by = TURNS[event.key];
    if (by === undefined) return;
    event.preventDefault();
    drag(...by);
  }

  function dragged(event: PointerEvent) {
    if (event.buttons === 0) return;
    drag(-event.movementX * DEG_PER_PX, event.movementY * DEG_PER_PX);
  }

  return (
    <>
      <div class="viewfinder">
        {noCamera.value !== null && <Backdrop />}
        <div class="picture" aria-hidden="true">
          <video ref={video} muted playsInline />
          <canvas ref={canvas} />
          <div ref={flat} class="flat-stage" />
        </div>
        <div
          class="hands"
          role="application"
          aria-label={say("view")}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys turn the view
          tabIndex={0}
          onKeyDown={turned}
          onPointerMove={dragged}
        />
      </div>
      <p class="hint-line" role="status">
        {hasMissed.value ? say("missed") : sideText()}
      </p>
      {noCamera.value !== null && <p class="camera-note">{say(noCamera.value)}</p>}
      <ThrowBox
        isReady={staged.value !== null && !isFlying.value && hunt.value?.state.kind === "ready"}
        flicked={(flick) => void toss(flick, false)}
        pressed={() => void toss(straight(innerHeight), true)}
      />
    </>
  );
}

const ASIDE_DEG = 28;

function after(wait_ms: number): Promise<void> {
  return new Promise((go) => setTimeout(go, wait_ms));
}

/** Which way to turn, where the cat is out of view. */
function sideText(): string {
  if (hunt.value?.state.kind !== "ready") return "";
  const right_deg = turn(gaze.value.heading_deg, hunt.value.bearing_deg);
  if (Math.abs(right_deg) < ASIDE_DEG) return "";
  return say(right_deg > 0 ? "right" : "left");
}

/** Keep a stage as the hunt and the gaze are; what it returns stops that. */
function follow(stage: Stage): () => void {
  let shown = "";
  const offs = [
    effect(() => {
      const now = hunt.value;
      if (now === null || shown === now.cat.id) return;
      shown = now.cat.id;
      const { bearing_deg, distance_m } = now;
      stage.show({ species: now.cat.species, bearing_deg, distance_m });
    }),
    effect(() => stage.look(gaze.value)),
  ];
  return () => {
    for (const off of offs) off();
  };
}
