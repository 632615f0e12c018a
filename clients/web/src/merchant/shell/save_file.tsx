/** A button that fetches a file of the API and lets the browser keep it. */

import { sayProblem } from "../forms/problems";
import { useWork } from "../forms/work";
import { save } from "../session";

export function SaveFile({ path, name, label }: { path: string; name: string; label: string }) {
  const work = useWork({ aloud: true });
  return (
    <button type="button" onClick={() => work.run(() => save(path, name), sayProblem)}>
      {label}
    </button>
  );
}
