/** Campaigns: all of them, or the one that is being worked on. */

import { useEffect } from "preact/hooks";
import { Scene } from "../../art";
import { language, texts } from "../../i18n";
import type { Campaign } from "../api";
import { href, route } from "../route";
import { count, worth } from "../shell/money";
import { campaignById, campaigns, readCampaigns } from "../shop";
import { left, phaseOf } from "./campaign";
import { CampaignForm } from "./form";
import { OwnCodes } from "./own_codes";
import { PhaseBadge } from "./phase";
import { Steering } from "./steering";

const say = texts({
  title: ["Campaigns", "活动"],
  new: ["New campaign", "新建活动"],
  back: ["All campaigns", "全部活动"],
  none: [
    "No campaigns yet. A campaign says what the coupons of your cats are worth.",
    "还没有活动。活动决定猫身上的优惠券值多少。",
  ],
  gone: ["There is no such campaign any more.", "这个活动已不存在。"],
  left: ["{n} left", "剩 {n} 张"],
  issued: ["{n} given", "已发 {n} 张"],
  redeemed: ["{n} redeemed", "已核销 {n} 张"],
});

export function CampaignsView() {
  const [, id] = route.value;
  useEffect(() => {
    readCampaigns().catch(() => undefined);
  }, [id]);
  return (
    <div class="column">
      {id === undefined ? <CampaignList /> : <OneCampaign key={id} id={id} />}
    </div>
  );
}

function CampaignList() {
  const all = [...(campaigns.value ?? [])].reverse();
  return (
    <>
      <div class="heading">
        <h1>{say("title")}</h1>
        <a class="button primary" href={href("campaigns", "new")}>
          {say("new")}
        </a>
      </div>
      {all.length === 0 && (
        <div class="empty">
          <Scene name="no-coupons" />
          <p>{say("none")}</p>
        </div>
      )}
      <ul class="rows">
        {all.map((campaign) => (
          <li key={campaign.id}>
            <a class="row" href={href("campaigns", campaign.id)}>
              <strong>{campaign.title}</strong>
              <span class="badges">
                <PhaseBadge phase={phaseOf(campaign, Date.now())} />
                <span class="badge cat">
                  {worth(campaign.kind, campaign.value, campaign.currency, language.value)}
                </span>
              </span>
              <Stock campaign={campaign} />
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Where the coupons of a campaign are, as a bar and in numbers. */
function Stock({ campaign }: { campaign: Campaign }) {
  const n = (value: number) => count(value, language.value);
  const share = (value: number) => `${(100 * value) / Math.max(1, campaign.stock)}%`;
  return (
    <span class="stock">
      <span class="bar" aria-hidden="true">
        <span class="redeemed" style={{ width: share(campaign.redeemed) }} />
        <span class="issued" style={{ width: share(campaign.issued - campaign.redeemed) }} />
        <span class="reserved" style={{ width: share(campaign.reserved) }} />
      </span>
      <span class="soft">
        {say("left", { n: n(left(campaign)) })} · {say("issued", { n: n(campaign.issued) })} ·{" "}
        {say("redeemed", { n: n(campaign.redeemed) })}
      </span>
    </span>
  );
}

function OneCampaign({ id }: { id: string }) {
  const campaign = campaignById.value.get(id);
  return (
    <>
      <a class="back" href={href("campaigns")}>
        ← {say("back")}
      </a>
      {id === "new" ? (
        <>
          <h1>{say("new")}</h1>
          <CampaignForm campaign={null} />
        </>
      ) : campaign === undefined ? (
        <p role="alert">{say("gone")}</p>
      ) : (
        <>
          <h1>{campaign.title}</h1>
          <Steering campaign={campaign} />
          <Stock campaign={campaign} />
          {campaign.codes === "uploaded" && <OwnCodes campaign={campaign} />}
          <CampaignForm campaign={campaign} />
        </>
      )}
    </>
  );
}
