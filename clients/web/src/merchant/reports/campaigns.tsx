/** What became of the coupons that were given in a span, by campaign. */

import { language, texts } from "../../i18n";
import { pages } from "../../net/api";
import { useAsked } from "../../ui/asked";
import type { CampaignFunnel } from "../api";
import { ask } from "../session";
import { count } from "../shell/money";

const say = texts({
  title: ["Coupons by campaign", "各活动优惠券"],
  campaign: ["Campaign", "活动"],
  issued: ["given", "已发"],
  active: ["still good", "有效"],
  redeemed: ["redeemed", "核销"],
  expired: ["expired", "过期"],
  void: ["withdrawn", "作废"],
});

const OUTCOMES = ["issued", "active", "redeemed", "expired", "void"] as const;

export function CampaignOutcomes({ from_ms }: { from_ms: number }) {
  // Where there is no answer the page says so above.
  const { answer } = useAsked(() => readFunnels(from_ms), [from_ms]);
  const found = (answer.value ?? []).filter((each) => each.issued > 0);
  if (found.length === 0) return null;
  return (
    <section class="card" aria-label={say("title")}>
      <h2>{say("title")}</h2>
      <table>
        <thead>
          <tr>
            <th>{say("campaign")}</th>
            {OUTCOMES.map((each) => (
              <th key={each} class="number">
                {say(each)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {found.map((funnel) => (
            <tr key={funnel.campaign}>
              <td>{funnel.title}</td>
              {OUTCOMES.map((each) => (
                <td key={each} class="number">
                  {count(funnel[each], language.value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

async function readFunnels(from_ms: number): Promise<CampaignFunnel[]> {
  const query = { from: new Date(from_ms).toISOString(), limit: 500 };
  const found: CampaignFunnel[] = [];
  for await (const each of pages<CampaignFunnel>("/v1/reports/funnel", { query }, ask)) {
    found.push(each);
  }
  return found;
}
