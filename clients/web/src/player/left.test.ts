import { expect, test, vi } from "vitest";

vi.stubGlobal("location", { search: "", hash: "" });

test("what is used up today is there again tomorrow, and for another guest", async () => {
  const { forgetLeft, leaveCampaign, mindTheDay } = await import("./left");
  const { leftCampaigns } = await import("./state");
  mindTheDay(new Date(2026, 10, 11, 23, 50));
  leaveCampaign("tea");
  mindTheDay(new Date(2026, 10, 11, 23, 59));
  expect([...leftCampaigns.value]).toEqual(["tea"]);
  mindTheDay(new Date(2026, 10, 12, 0, 1));
  expect(leftCampaigns.value.size).toBe(0);
  leaveCampaign("tea");
  forgetLeft();
  expect(leftCampaigns.value.size).toBe(0);
});
