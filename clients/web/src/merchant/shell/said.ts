/** What was just done, said once and aloud: the console's one live region. */

import { signal } from "@preact/signals";

export const said = signal<{ text: string; number: number }>({ text: "", number: 0 });

let timer = 0;

export function tell(text: string): void {
  said.value = { text, number: said.value.number + 1 };
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    said.value = { text: "", number: said.value.number };
  }, 6000);
}
