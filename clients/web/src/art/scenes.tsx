/** Drawings for moments when there is nothing else to see. */

import type { ComponentChildren } from "preact";

const INK = "#3a2b3f";
const SKULL =
  "M-50-18-46-60Q-44-69-37-63L-17-47Q0-51 17-47L37-63Q44-69 46-60L50-18Q59 2 52 19 42 45 0 45-42 45-52 19-59 2-50-18Z";

type Mood = "awake" | "asleep" | "sad" | "curious";

/** A cat's head in a colour and a mood, where the drawings of the cats have theirs. */
function Head({
  at: [x, y],
  scale = 1,
  fur = "#f59a3c",
  stripe = "#c9661a",
  mood = "awake",
}: {
  at: readonly [number, number];
  scale?: number;
  fur?: string;
  stripe?: string;
  mood?: Mood;
}) {
  return (
    <g
      transform={`translate(${x} ${y}) scale(${scale})`}
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      <path d={SKULL} fill={fur} stroke={INK} stroke-width="5" />
      <path d="M-40-50-40-31-26-43ZM40-50 40-31 26-43Z" fill="#ffc9b0" />
      <path d="M0-46v15M-13-43l2 11M13-43l-2 11" fill="none" stroke={stripe} stroke-width="5.5" />
      <path d="M-26 22Q-18 42 0 42T26 22Q14 8 0 8T-26 22Z" fill="#fff1dc" />
      <g fill="#ff9fae" opacity=".75">
        <ellipse cx="-36" cy="18" rx="9" ry="6" />
        <ellipse cx="36" cy="18" rx="9" ry="6" />
      </g>
      <Eyes mood={mood} />
      <path d="M-6 12H6L0 18Z" fill="#f2788f" stroke="#f2788f" stroke-width="3" />
      <path
        d={mood === "sad" ? "M-9 29Q0 20 9 29M0 19v4" : "M0 19q-2 9-12 7M0 19q2 9 12 7"}
        fill="none"
        stroke={INK}
        stroke-width="4"
      />
      <path
        d="M-47 10-66 6M-47 19-66 21M47 10 66 6M47 19 66 21"
        fill="none"
        stroke={INK}
        stroke-width="3"
      />
    </g>
  );
}

function Eyes({ mood }: { mood: Mood }) {
  if (mood === "asleep")
    return (
      <path
        d="M-32-2q10 10 20 0M12-2q10 10 20 0"
        fill="none"
        stroke={INK}
        stroke-width="5"
        stroke-linecap="round"
      />
    );
  const aside = mood === "curious" ? 4 : 0;
  return (
    <>
      <g fill={INK}>
        <ellipse cx={-22 + aside} cy="-1" rx="8" ry="10.5" />
        <ellipse cx={22 + aside} cy="-1" rx="8" ry="10.5" />
      </g>
      <g fill="#fff">
        <circle cx={-19 + aside} cy="-5" r="3.4" />
        <circle cx={25 + aside} cy="-5" r="3.4" />
      </g>
      {mood === "sad" && (
        <path
          d="M-34-16-18-20M34-16 18-20"
          fill="none"
          stroke={INK}
          stroke-width="4"
          stroke-linecap="round"
        />
      )}
    </>
  );
}

function Ground({ wide = 86 }: { wide?: number }) {
  return <ellipse cx="120" cy="164" rx={wide} ry="9" fill={INK} opacity=".16" />;
}

/** Lines as all drawings have them. */
function Drawn({ children, width = 5 }: { children: ComponentChildren; width?: number }) {
  return (
    <g stroke={INK} stroke-width={width} stroke-linecap="round" stroke-linejoin="round">
      {children}
    </g>
  );
}

function Paws({ y, fill = "#fff1dc" }: { y: number; fill?: string }) {
  return (
    <Drawn>
      <ellipse cx="94" cy={y} rx="15" ry="12" fill={fill} />
      <ellipse cx="146" cy={y} rx="15" ry="12" fill={fill} />
      <path
        d={`M89 ${y + 4}v6M99 ${y + 4}v6M141 ${y + 4}v6M151 ${y + 4}v6`}
        fill="none"
        stroke-width="3"
      />
    </Drawn>
  );
}

/** Footprints that lead to somebody behind a bush. */
function NoCats() {
  return (
    <>
      <Ground />
      <g fill="#c9b79f">
        <Print x={30} y={150} />
        <Print x={58} y={136} />
        <Print x={84} y={152} />
      </g>
      <Head at={[150, 96]} scale={0.78} mood="curious" />
      <Drawn>
        <path
          d="M92 164Q82 146 100 138 98 116 122 120 134 100 154 116 176 102 186 122 210 118 206 140 222 148 212 164Z"
          fill="#57b079"
        />
        <path
          d="M122 142q6-8 12 0M160 138q6-8 12 0M186 150q5-7 10 0"
          fill="none"
          stroke="#2f7d52"
          stroke-width="4"
        />
      </Drawn>
    </>
  );
}

function Print({ x, y }: { x: number; y: number }) {
  return (
    <g transform={`translate(${x} ${y})`}>
      <ellipse cx="0" cy="3" rx="7" ry="5.5" />
      <circle cx="-8" cy="-4" r="3" />
      <circle cx="0" cy="-7" r="3" />
      <circle cx="8" cy="-4" r="3" />
    </g>
  );
}

/** A wallet that somebody sleeps in. */
function NoCoupons() {
  return (
    <>
      <Ground />
      <Head at={[120, 74]} scale={0.86} fur="#8f9bb0" stripe="#66718a" mood="asleep" />
      <Drawn>
        <path
          d="M46 98H194Q202 98 202 106V154Q202 162 194 162H46Q38 162 38 154V106Q38 98 46 98Z"
          fill="#a8652c"
        />
        <path
          d="M38 118H202"
          fill="none"
          stroke="#7d4519"
          stroke-width="4"
          stroke-dasharray="8 8"
        />
        <path
          d="M160 122H206Q210 122 210 126V142Q210 146 206 146H160Q150 146 150 134T160 122Z"
          fill="#d9a05f"
        />
        <circle cx="166" cy="134" r="5" fill="#ffd45e" stroke-width="4" />
      </Drawn>
      <Paws y={100} fill="#f4f1ee" />
      <Sleep />
    </>
  );
}

function Sleep() {
  return (
    <g
      fill="none"
      stroke="#6b5a70"
      stroke-width="4.5"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      <path d="M186 46h12l-12 14h12" />
      <path d="M208 22h9l-9 11h9" />
    </g>
  );
}

/** An empty box, open wide. */
function NoCatches() {
  return (
    <>
      <Ground />
      <Drawn>
        <path d="M64 82H176L160 62H80Z" fill="#8a5a2b" />
        <path d="M64 82H176V156Q176 164 168 164H72Q64 164 64 156Z" fill="#d9a05f" />
        <path d="M64 82 34 102 56 116 84 94ZM176 82 206 102 184 116 156 94Z" fill="#e9bd84" />
        <path d="M108 84H132V162H108Z" fill="#f4dfae" stroke="none" />
        <path d="M108 84V161M132 84V161" fill="none" stroke="#b57a3c" stroke-width="3" />
      </Drawn>
      <g
        transform="translate(120 34)"
        fill="none"
        stroke="#b57a3c"
        stroke-width="4.5"
        stroke-linecap="round"
      >
        <path d="M0 16V-8M-26 20-38 2M26 20 38 2" />
      </g>
    </>
  );
}

/** A shop front behind which nobody is yet. */
function NoStores() {
  return (
    <>
      <Ground />
      <Drawn>
        <path d="M52 76H188V164H52Z" fill="#fffdf8" />
        <path d="M66 96H122V134H66Z" fill="#bfe3ee" />
        <path d="M138 164V96H174V164Z" fill="#e9bd84" />
        <path
          d="M54 30H186L202 72Q202 86 187 86 172 86 172 74 172 86 155 86 138 86 138 74 138 86 120 86 102 86 102 74 102 86 85 86 68 86 68 74 68 86 53 86 38 86 38 72Z"
          fill="#d6304f"
        />
        <path
          d="M80 30H106L102 74Q102 86 85 86 68 86 68 74ZM134 30H160L172 74Q172 86 155 86 138 86 138 74Z"
          fill="#fffdf8"
        />
      </Drawn>
      <circle cx="146" cy="132" r="3.5" fill={INK} />
      <g transform="translate(94 117) scale(.35)">
        <Head at={[0, 0]} mood="curious" />
      </g>
      <Drawn>
        <path d="M66 134H122" fill="none" />
      </Drawn>
    </>
  );
}

/** A cat that holds a paw before the lens. */
function NoCamera() {
  return (
    <>
      <Ground />
      <Head at={[120, 66]} scale={0.9} mood="sad" />
      <Drawn>
        <path
          d="M62 104H92L102 92H138L148 104H178Q186 104 186 112V156Q186 164 178 164H62Q54 164 54 156V112Q54 104 62 104Z"
          fill="#7f9bc4"
        />
        <circle cx="120" cy="132" r="25" fill="#fffdf8" />
        <circle cx="120" cy="132" r="14" fill="#3a2b3f" />
        <path d="M66 116h14" fill="none" />
        <path d="M44 112 196 160" fill="none" stroke="#b3261e" stroke-width="8" />
      </Drawn>
    </>
  );
}

/** A compass that does not know either. */
function NoLocation() {
  return (
    <>
      <Ground wide={64} />
      <Drawn>
        <path d="M120 164Q70 112 70 74A50 50 0 0 1 170 74Q170 112 120 164Z" fill="#d6304f" />
      </Drawn>
      <g transform="translate(120 78) scale(.62)">
        <circle cx="0" cy="-4" r="64" fill="#fffdf8" stroke={INK} stroke-width="7" />
        <g transform="translate(0 2) scale(.8)">
          <Head at={[0, 0]} mood="sad" />
        </g>
      </g>
      <g fill="none" stroke="#6b5a70" stroke-width="5" stroke-linecap="round">
        <path d="M194 50q0-14 14-14t14 13q0 9-9 13-5 3-5 9M208 84v.5" />
        <path d="M30 62q0-10 10-10t10 9q0 7-7 10-3 2-3 7M40 88v.5" stroke-width="4" />
      </g>
    </>
  );
}

/** A line that somebody has unplugged, and plays with. */
function Offline() {
  return (
    <>
      <Ground />
      <Drawn width={12}>
        <path d="M20 150C40 110 62 176 84 146" fill="none" />
        <path d="M220 150C206 120 188 170 166 148" fill="none" />
      </Drawn>
      <g fill="none" stroke="#2aa79b" stroke-width="4.5" stroke-linecap="round">
        <path d="M20 150C40 110 62 176 84 146M220 150C206 120 188 170 166 148" />
      </g>
      <Head at={[120, 76]} mood="curious" />
      <Paws y={136} />
      <Drawn>
        <path d="M74 134 96 142 90 160 68 152Z" fill="#fffdf8" />
        <path d="M94 148l12 4M92 154l12 4" fill="none" stroke-width="4" />
        <path d="M168 134 146 142 152 160 174 152Z" fill="#fffdf8" />
      </Drawn>
      <g fill="none" stroke="#f59f2d" stroke-width="5" stroke-linecap="round">
        <path d="M120 140v-8M112 146l-6-6M128 146l6-6" />
      </g>
    </>
  );
}

/** A tangle of yarn where there should be a page. */
function Lost() {
  return (
    <>
      <Ground />
      <Head at={[120, 62]} scale={0.86} mood="sad" />
      <Drawn>
        <circle cx="120" cy="124" r="40" fill="#2aa79b" />
      </Drawn>
      <g fill="none" stroke="#17786f" stroke-width="4.5" stroke-linecap="round">
        <path d="M84 118Q116 96 150 104M82 132Q118 108 158 120M88 146Q126 124 156 136M98 156Q92 126 108 92M118 163Q110 136 126 86" />
      </g>
      <g fill="none" stroke={INK} stroke-width="12" stroke-linecap="round">
        <path d="M148 152C188 172 222 160 214 142 208 132 194 140 202 150" />
      </g>
      <g fill="none" stroke="#2aa79b" stroke-width="4.5" stroke-linecap="round">
        <path d="M148 152C188 172 222 160 214 142 208 132 194 140 202 150" />
      </g>
      <Paws y={98} />
    </>
  );
}

/** A closed door with a nose at its flap. */
function Banned() {
  return (
    <>
      <Ground wide={64} />
      <Drawn>
        <path d="M72 20Q72 12 80 12H160Q168 12 168 20V164H72Z" fill="#c9661a" />
        <path d="M86 28H154V74H86Z" fill="#e08a3a" />
        <path d="M86 92H154V150Q154 154 150 154H90Q86 154 86 150Z" fill="#3a2b3f" />
        <circle cx="156" cy="83" r="4" fill="#ffd45e" stroke-width="3" />
      </Drawn>
      <g transform="translate(120 128) scale(.52)">
        <Head at={[0, 0]} fur="#4b4a63" stripe="#33324a" mood="sad" />
      </g>
    </>
  );
}

/** What the drawings are of. What each means stands beside it in words. */
const SCENES = {
  "no-cats": NoCats,
  "no-coupons": NoCoupons,
  "no-catches": NoCatches,
  "no-stores": NoStores,
  "no-camera": NoCamera,
  "no-location": NoLocation,
  offline: Offline,
  lost: Lost,
  banned: Banned,
};

export type SceneName = keyof typeof SCENES;

export const SCENE_NAMES = Object.keys(SCENES) as SceneName[];

/** A drawing for an empty list or for trouble; as wide as it may be, three quarters as high. */
export function Scene({ name }: { name: SceneName }) {
  const Drawing = SCENES[name];
  return (
    <svg viewBox="0 0 240 180" aria-hidden="true">
      <Drawing />
    </svg>
  );
}
