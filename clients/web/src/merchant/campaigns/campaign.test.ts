// @vitest-environment node
import { expect, test } from "vitest";
import type { Campaign } from "../api";
import {
  blankCampaign,
  campaignChanges,
  campaignValues,
  left,
  newCampaign,
  phaseOf,
} from "./campaign";

const ZONE = "Asia/Shanghai";
const CAMPAIGN: Campaign = {
  id: "cam_1",
  title: "Five off",
  kind: "amount",
  value: 5,
  currency: "CNY",
  terms: "",
  stock: 100,
  per_player: 1,
  per_player_day: null,
  starts_at: "2026-11-10T16:00:00Z",
  ends_at: null,
  valid_for_s: 604_800,
  state: "active",
  codes: "generated",
  budget: 400,
  pace: null,
  uploaded: 0,
  reserved: 10,
  issued: 30,
  redeemed: 4,
};

test("a campaign's dates are those of the clock in its zone", () => {
  const values = {
    ...blankCampaign(),
    title: "Tea",
    value: "20",
    stock: "500",
    starts_at: "2026-11-11T00:00",
  };
  const said = newCampaign(values, ZONE);
  expect(said).toMatchObject({
    kind: "percent",
    value: 20,
    currency: null,
    valid_for_s: 2_592_000,
  });
  expect(said.starts_at).toBe("2026-11-10T16:00:00.000Z");
});

test("what does not go with a kind is not sent, whatever stood there before", () => {
  const values = { ...blankCampaign(), currency: "cny", budget: "100", value: "5" };
  expect(newCampaign({ ...values, kind: "amount" }, ZONE)).toMatchObject({
    currency: "CNY",
    budget: 100,
  });
  expect(newCampaign({ ...values, kind: "gift" }, ZONE)).toMatchObject({
    currency: "CNY",
    budget: null,
  });
  expect(newCampaign({ ...values, kind: "percent" }, ZONE)).toMatchObject({
    currency: null,
    budget: null,
  });
});

test("a change says only what changed, and never what cannot", () => {
  const before = campaignValues(CAMPAIGN, ZONE);
  expect(campaignChanges(before, before, ZONE)).toEqual({});
  const values = { ...before, stock: "200", per_player: "", kind: "gift", codes: "uploaded" };
  expect(campaignChanges(values, before, ZONE)).toEqual({
    stock: 200,
    per_player: null,
    budget: null,
  });
});

test("coupons that are left are in nobody's hands, and of uploaded codes there are no more than came", () => {
  expect(left(CAMPAIGN)).toBe(60);
  expect(left({ ...CAMPAIGN, codes: "uploaded", uploaded: 50 })).toBe(10);
});

test("a campaign waits for its start and is over after its end", () => {
  const starts = Date.parse("2026-11-10T16:00:00Z");
  expect(phaseOf(CAMPAIGN, starts - 1)).toBe("coming");
  expect(phaseOf(CAMPAIGN, starts)).toBe("active");
  expect(phaseOf({ ...CAMPAIGN, ends_at: "2026-11-11T16:00:00Z" }, starts + 86_400_000)).toBe(
    "over",
  );
  expect(phaseOf({ ...CAMPAIGN, state: "paused" }, starts)).toBe("paused");
});
