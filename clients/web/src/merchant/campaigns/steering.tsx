/** Pause, resume and end a campaign. */

import { texts } from "../../i18n";
import type { Campaign, CampaignState } from "../api";
import { useWork } from "../forms/work";
import { ask } from "../session";
import { confirmed } from "../shell/ask";
import { tell } from "../shell/said";
import { keepCampaign } from "../shop";
import { phaseOf } from "./campaign";
import { PhaseBadge } from "./phase";

const say = texts({
  pause: ["Pause", "暂停"],
  resume: ["Resume", "继续"],
  end: ["End for good", "永久结束"],
  pauseSure: ["Pause this campaign?", "暂停该活动？"],
  pauseText: [
    "Its cats go home and no coupons are given. Those that players have stay good.",
    "携带该券的猫会离开，不再发券。玩家手中的券仍然有效。",
  ],
  endSure: ["End this campaign for good?", "永久结束该活动？"],
  endText: [
    "It cannot be resumed. Coupons that players have stay good until they expire.",
    "结束后不能恢复。玩家手中的券在到期前仍然有效。",
  ],
  paused: ["Paused.", "已暂停。"],
  active: ["It goes on.", "活动已继续。"],
  ended: ["Ended.", "已结束。"],
});

export function Steering({ campaign }: { campaign: Campaign }) {
  const work = useWork({ aloud: true });
  async function turn(state: CampaignState, sure?: { title: string; text: string; yes: string }) {
    if (sure && (await confirmed(sure)) === null) return;
    const path = `/v1/campaigns/${campaign.id}`;
    keepCampaign(await ask<Campaign>("PATCH", path, { body: { state } }));
    tell(say(state));
  }
  const pausing = { title: say("pauseSure"), text: say("pauseText"), yes: say("pause") };
  const ending = { title: say("endSure"), text: say("endText"), yes: say("end") };
  return (
    <div class="actions steering">
      <PhaseBadge phase={phaseOf(campaign, Date.now())} />
      {campaign.state === "active" && (
        <button type="button" onClick={() => work.run(() => turn("paused", pausing))}>
          {say("pause")}
        </button>
      )}
      {campaign.state === "paused" && (
        <button type="button" class="primary" onClick={() => work.run(() => turn("active"))}>
          {say("resume")}
        </button>
      )}
      {campaign.state !== "ended" && (
        <button type="button" class="danger" onClick={() => work.run(() => turn("ended", ending))}>
          {say("end")}
        </button>
      )}
    </div>
  );
}
