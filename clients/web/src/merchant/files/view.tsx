/** Stores by the file: what it would do comes first, then it is done. */

import { useSignal } from "@preact/signals";
import { texts } from "../../i18n";
import type { Datum, ImportReport } from "../api";
import { sayProblem, sayUnsaved } from "../forms/problems";
import { useWork } from "../forms/work";
import { postFile } from "../posting";
import { href } from "../route";
import { tell } from "../shell/said";
import { readStores } from "../shop";
import { importPath, mediaOf, reportOf } from "./import";
import { Report } from "./report";

const say = texts({
  back: ["All stores", "全部门店"],
  title: ["Import stores", "导入门店"],
  about: [
    "CSV with a header line (name, lat, lon …) or GeoJSON, up to 32 MiB. A ref or id of a store that is there changes it; other lines make stores.",
    "带表头的 CSV（name、lat、lon……）或 GeoJSON，最大 32 MiB。ref 或 id 与已有门店相同则修改，否则新建。",
  ],
  file: ["File", "文件"],
  datum: ["Map datum of lines that do not say theirs", "未注明坐标系的行按"],
  own: ["of the store, or WGS-84", "门店原坐标系或 WGS-84"],
  try: ["Try it, change nothing", "试运行（不做更改）"],
  commit: ["Import {n} stores", "导入 {n} 家门店"],
  partial: ["Import the {n} good lines", "导入 {n} 行有效数据"],
  imported: [
    "Imported: {added} added, {changed} changed.",
    "已导入：新增 {added} 家，修改 {changed} 家。",
  ],
});

const DATUMS: [Datum, string][] = [
  ["wgs84", "WGS-84"],
  ["gcj02", "GCJ-02"],
  ["bd09", "BD-09"],
];

export function ImportView() {
  const file = useSignal<File | null>(null);
  const datum = useSignal("");
  const report = useSignal<ImportReport | null>(null);
  const work = useWork();

  function run(dry_run: boolean, partial: boolean) {
    const chosen = file.value;
    if (chosen === null) return;
    work.run(
      async () => {
        const path = importPath({ dry_run, partial, datum: datum.value as Datum | "" });
        report.value = await postFile<ImportReport>(path, chosen, mediaOf(chosen.name));
        if (dry_run) return;
        const { added, changed } = report.value;
        tell(say("imported", { added, changed }));
        await readStores().catch((error) => {
          work.trouble.value = sayProblem(error); // the import itself is done
        });
      },
      (error) => {
        report.value = reportOf(error);
        if (report.value !== null) return "";
        return dry_run ? sayProblem(error) : sayUnsaved(error);
      },
    );
  }

  function changed() {
    report.value = null;
    work.trouble.value = "";
  }

  const found = report.value;
  const good = found === null ? 0 : found.added + found.changed;
  return (
    <div class="column">
      <a class="back" href={href("stores")}>
        ← {say("back")}
      </a>
      <h1>{say("title")}</h1>
      <p>{say("about")}</p>
      <form
        class="sheet"
        onSubmit={(event) => {
          event.preventDefault();
          run(true, false);
        }}
      >
        <div class="field">
          <label for="import-file">{say("file")}</label>
          <input
            id="import-file"
            type="file"
            accept=".csv,.json,.geojson,text/csv,application/geo+json"
            onChange={(event) => {
              file.value = event.currentTarget.files?.[0] ?? null;
              changed();
            }}
          />
        </div>
        <div class="field">
          <label for="import-datum">{say("datum")}</label>
          <select
            id="import-datum"
            value={datum.value}
            onChange={(event) => {
              datum.value = event.currentTarget.value;
              changed();
            }}
          >
            <option value="">{say("own")}</option>
            {DATUMS.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </div>
        <div class="actions">
          <button type="submit" class="primary" disabled={work.busy.value || file.value === null}>
            {say("try")}
          </button>
        </div>
      </form>
      <div role="alert">{work.trouble.value && <p class="error">{work.trouble.value}</p>}</div>
      {found !== null && <Report report={found} />}
      {found?.dry_run && good > 0 && (
        <div class="actions">
          <button
            type="button"
            class="primary"
            disabled={work.busy.value}
            onClick={() => run(false, found.rejected_total > 0)}
          >
            {say(found.rejected_total > 0 ? "partial" : "commit", { n: good })}
          </button>
        </div>
      )}
    </div>
  );
}
