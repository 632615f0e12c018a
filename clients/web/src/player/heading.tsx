/** The heading of a screen: it takes the focus when its screen comes, so that it is read first. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

let isFirst = true;

export function Heading({ children, hidden }: { children: ComponentChildren; hidden?: boolean }) {
  const here = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!isFirst) here.current?.focus({ preventScroll: true }); // a new page is read by itself
    isFirst = false;
  }, []);
  return (
    <h1 ref={here} tabIndex={-1} class={hidden === true ? "hidden-text" : "heading"}>
      {children}
    </h1>
  );
}
