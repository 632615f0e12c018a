/** A coupon as a player will hold it, with a code that is nobody's. */

import { useMemo } from "preact/hooks";
import encodeQR from "qr";
import { language, texts } from "../../i18n";
import { moment, worth } from "../shell/money";

const say = texts({
  until: ["until {date}", "有效期至 {date}"],
  sample: ["A sample: this code opens nothing", "样例：此券码无效"],
  untitled: ["The title", "活动标题"],
});

const SAMPLE = "000000-000000-SAMPLE";

interface Offer {
  title: string;
  kind: "percent" | "amount" | "gift";
  value: number;
  currency: string | null;
  terms: string;
  valid_for_s: number;
}

export function CouponCard({ campaign }: { campaign: Offer }) {
  const qr = useMemo(() => {
    const svg = encodeQR(SAMPLE, "svg", { ecc: "medium", border: 2 });
    return `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;
  }, []);
  const expires = moment(Date.now() + campaign.valid_for_s * 1000, language.value);
  return (
    <figure class="coupon-card">
      <div class="coupon">
        <div>
          <span class="coupon-worth">
            {worth(campaign.kind, campaign.value, campaign.currency, language.value)}
          </span>
          <strong>{campaign.title || say("untitled")}</strong>
          {campaign.terms && <span class="terms">{campaign.terms}</span>}
          <span class="soft">{say("until", { date: expires })}</span>
        </div>
        <img src={qr} alt="" width={96} height={96} />
      </div>
      <figcaption class="hint">{say("sample")}</figcaption>
    </figure>
  );
}
