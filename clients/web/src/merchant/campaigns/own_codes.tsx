/** A merchant's own codes: a file goes up, and what was not taken comes back by line. */

import { useSignal } from "@preact/signals";
import { texts } from "../../i18n";
import type { Campaign, CodesReport } from "../api";
import { sayProblem } from "../forms/problems";
import { useWork } from "../forms/work";
import { postFile } from "../posting";
import { readCampaigns } from "../shop";

const say = texts({
  title: ["Your own codes", "自有券码"],
  now: ["{n} codes were uploaded.", "已上传 {n} 个券码。"],
  file: ["CSV, one code a line", "CSV 文件，每行一个券码"],
  hint: [
    "4 to 64 characters without spaces, up to 1 MiB. A header line may name the column “code”.",
    "每个 4 到 64 个字符、无空格，文件不超过 1 MiB。表头可用 code 命名列。",
  ],
  send: ["Upload", "上传"],
  added: ["{n} codes were added.", "已添加 {n} 个券码。"],
  rejected: ["{n} lines were not taken:", "{n} 行未采用："],
  line: ["Line", "行"],
  code: ["Code", "券码"],
  why: ["Why", "原因"],
  too_short: ["is shorter than 4 characters", "少于 4 个字符"],
  too_long: ["is longer than 64 characters", "超过 64 个字符"],
  bad_character: ["has signs that no code has", "含有不允许的字符"],
  spoiled_number: ["was spoiled by a spreadsheet (1.2E+15)", "被表格软件改成了 1.2E+15"],
  like_generated: ["reads as a code that is made here", "与系统生成的券码相似"],
  repeated: ["stands in the file before", "文件中重复"],
  taken: ["was uploaded before", "之前已上传"],
  empty: ["is empty", "空行"],
  too_many_columns: ["has too many columns", "列数过多"],
});

export function OwnCodes({ campaign }: { campaign: Campaign }) {
  const report = useSignal<CodesReport | null>(null);
  const { busy, trouble, run } = useWork();

  function submit(event: SubmitEvent) {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const file = new FormData(form).get("codes");
    if (!(file instanceof File) || file.size === 0) return;
    run(async () => {
      report.value = null;
      const path = `/v1/campaigns/${campaign.id}/codes`;
      report.value = await postFile<CodesReport>(path, file, "text/csv");
      form.reset();
      await readCampaigns().catch((error) => {
        trouble.value = sayProblem(error); // the codes are there
      });
    });
  }

  return (
    <section class="card" aria-label={say("title")}>
      <h2>{say("title")}</h2>
      <p>{say("now", { n: campaign.uploaded })}</p>
      <form onSubmit={submit}>
        <div class="field">
          <label for="codes">{say("file")}</label>
          <input
            id="codes"
            name="codes"
            type="file"
            accept=".csv,text/csv"
            required
            aria-describedby="codes-hint"
          />
          <p class="hint" id="codes-hint">
            {say("hint")}
          </p>
        </div>
        <button type="submit" disabled={busy.value}>
          {say("send")}
        </button>
      </form>
      <div role="status">
        {trouble.value && <p class="error">{trouble.value}</p>}
        {report.value && <p>{say("added", { n: report.value.added })}</p>}
      </div>
      {report.value && report.value.rejected_total > 0 && <Rejected report={report.value} />}
    </section>
  );
}

function Rejected({ report }: { report: CodesReport }) {
  return (
    <>
      <p>{say("rejected", { n: report.rejected_total })}</p>
      <table>
        <thead>
          <tr>
            <th>{say("line")}</th>
            <th>{say("code")}</th>
            <th>{say("why")}</th>
          </tr>
        </thead>
        <tbody>
          {report.rejected.map(({ line, code, reason }) => (
            <tr key={line}>
              <td>{line}</td>
              <td>{code}</td>
              <td>{say(reason)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
