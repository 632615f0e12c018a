/** A drawing, what is wrong, and a way on. */

import type { ComponentChildren } from "preact";
import { Scene, type SceneName } from "../../art";

interface Shown {
  scene: SceneName;
  title: string;
  text: string;
  children?: ComponentChildren;
}

export function Trouble({ scene, title, text, children }: Shown) {
  return (
    <section class="trouble">
      <Scene name={scene} />
      <h2>{title}</h2>
      <p>{text}</p>
      <div class="ways">{children}</div>
    </section>
  );
}
