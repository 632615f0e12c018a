/** What a file did, or would do, line by line. */

import { useEffect, useRef } from "preact/hooks";
import { language, texts } from "../../i18n";
import type { ImportReport } from "../api";
import { explain } from "../forms/explain";
import { storeNames } from "../shop";
import { sayWarning } from "./warning";

const say = texts({
  would: ["What this file would do", "此文件将会"],
  did: ["What this file did", "此文件已经"],
  added: ["added", "新增"],
  changed: ["changed", "修改"],
  unchanged: ["as they were", "不变"],
  rejected: ["rejected", "被拒绝"],
  nothing: ["Nothing was changed: a line was rejected.", "有行被拒绝，未作任何更改。"],
  wrong: ["Rejected lines", "被拒绝的行"],
  line: ["Line", "行"],
  field: ["Field", "字段"],
  why: ["What is wrong", "问题"],
  taken: ["Lines that are taken", "采用的行"],
  does: ["What it does", "操作"],
  store: ["Store", "门店"],
  new: ["a new one", "新门店"],
  ignored: ["Columns that are not known here: {names}", "未识别的列：{names}"],
});

const LISTED = 200;

export function Report({ report }: { report: ImportReport }) {
  const box = useRef<HTMLElement>(null);
  useEffect(() => box.current?.focus(), [report]);
  const title = say(report.dry_run ? "would" : "did");
  return (
    <section class="card report" aria-label={title} tabIndex={-1} ref={box}>
      <h2>{title}</h2>
      <dl class="figures">
        {(["added", "changed", "unchanged"] as const).map((did) => (
          <div key={did}>
            <dt>{say(did)}</dt>
            <dd>{report[did]}</dd>
          </div>
        ))}
        <div class={report.rejected_total > 0 ? "bad" : ""}>
          <dt>{say("rejected")}</dt>
          <dd>{report.rejected_total}</dd>
        </div>
      </dl>
      {!report.dry_run && report.rejected_total > 0 && report.added + report.changed === 0 && (
        <p>{say("nothing")}</p>
      )}
      {report.warnings.map((warning) => (
        <p key={warning.message} class="note warn">
          {sayWarning(warning)}
        </p>
      ))}
      {report.ignored.length > 0 && (
        <p class="hint">{say("ignored", { names: report.ignored.join(", ") })}</p>
      )}
      {report.rejected.length > 0 && <Rejected report={report} />}
      {report.taken.length > 0 && <Taken report={report} />}
    </section>
  );
}

function Rejected({ report }: { report: ImportReport }) {
  return (
    <table>
      <caption>{say("wrong")}</caption>
      <thead>
        <tr>
          <th>{say("line")}</th>
          <th>{say("field")}</th>
          <th>{say("why")}</th>
        </tr>
      </thead>
      <tbody>
        {report.rejected.slice(0, LISTED).map(({ line, field, message }) => (
          <tr key={line}>
            <td>{line}</td>
            <td>
              <code>{field}</code>
            </td>
            <td>{explain(message, language.value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Taken({ report }: { report: ImportReport }) {
  return (
    <details>
      <summary>{say("taken")}</summary>
      <table>
        <thead>
          <tr>
            <th>{say("line")}</th>
            <th>{say("does")}</th>
            <th>{say("store")}</th>
          </tr>
        </thead>
        <tbody>
          {report.taken.slice(0, LISTED).map(({ line, did, store }) => (
            <tr key={line}>
              <td>{line}</td>
              <td>{say(did)}</td>
              <td>{store === null ? say("new") : (storeNames.value.get(store) ?? store)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
