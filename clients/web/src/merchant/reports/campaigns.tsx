/** What became of the coupons that were given in a span, by campaign. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { language, texts } from "../../i18n";
import { pages } from "../../net/api";
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
  const found = useSignal<CampaignFunnel[]>([]);
  useEffect(() => {
    found.value = [];
    let left = false;
    readFunnels(from_ms)
      .then((funnels) => {
        if (!left) found.value = funnels.filter((each) => each.issued > 0);
      })
      .catch(() => undefined); // the page says above that the server does not answer
    return () => {
      left = true;
    };
  }, [from_ms]);
  if (found.value.length === 0) return null;
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
          {found.value.map((funnel) => (
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
