"""Budgets and pace: decided where coupons are issued and set aside, whoever asks at once."""

import asyncio
from collections import Counter

import pytest
from msgspec import UNSET

from gameserver.game.model import IssueResult, Reservation
from gameserver.ledger.campaigns import (
    BudgetTooLow,
    Campaign,
    CampaignChange,
    NewCampaign,
    PaceWithoutDates,
)
from gameserver.ledger.ledger import Ledger
from tests.ledger.shop import DAY_MS, NOW, Shop, campaign, caught, counters

MONEY = {"kind": "amount", "value": 2.5, "currency": "CNY"}
DAY = {"starts_ms": NOW, "ends_ms": NOW + DAY_MS, "pace": "even"}


def said(results: list[IssueResult]) -> Counter[tuple[str, str | None]]:
    return Counter((result.status, result.limit) for result in results)


async def test_no_more_is_issued_than_the_budget_pays_for(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 100, budget=12.4, **MONEY)
    results = await ledger.coupons.issue([caught(sale) for _ in range(6)], NOW)
    assert said(results) == {("issued", None): 4, ("sold_out", "budget"): 2}


async def test_a_stock_that_is_smaller_than_the_budget_is_sold_out(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 3, budget=100.0, **MONEY)
    results = await ledger.coupons.issue([caught(sale) for _ in range(5)], NOW)
    assert said(results) == {("issued", None): 3, ("sold_out", "stock"): 2}


async def test_what_is_set_aside_counts_against_the_budget_once(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 100, budget=10.0, **MONEY)
    wanted = Reservation("cat", sale, 3, NOW)
    assert await ledger.coupons.reserve([wanted], NOW) == [3]
    assert await ledger.coupons.reserve([Reservation("dog", sale, 3, NOW)], NOW) == [1]
    results = await ledger.coupons.issue([caught(sale, "cat") for _ in range(3)], NOW)
    assert said(results) == {("issued", None): 3}
    assert said(await ledger.coupons.issue([caught(sale)], NOW)) == {("sold_out", "budget"): 1}
    await ledger.coupons.release([("dog", 1)], NOW)
    assert said(await ledger.coupons.issue([caught(sale)], NOW)) == {("issued", None): 1}


async def test_of_sixty_who_ask_at_once_the_budget_pays_for_ten(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 100, budget=25.0, **MONEY)
    issues = (ledger.coupons.issue([caught(sale)], NOW) for _ in range(40))
    reserves = (
        ledger.coupons.reserve([Reservation(f"cat{n}", sale, 1, NOW)], NOW) for n in range(20)
    )
    await asyncio.gather(*issues, *reserves)
    reserved, issued, _ = await counters(ledger, shop, sale)
    assert reserved + issued == 10


@pytest.mark.parametrize(("hours", "out"), [(0, 1), (6, 25), (12, 50), (23, 96)])
async def test_an_even_pace_gives_the_share_of_the_time_passed(
    ledger: Ledger, shop: Shop, hours: int, out: int
):
    sale = await campaign(ledger, shop, 100, **DAY)
    now_ms = NOW + hours * 3_600_000
    assert await ledger.coupons.reserve([Reservation("cat", sale, 500, NOW)], now_ms) == [out]
    results = await ledger.coupons.issue([caught(sale, "cat"), caught(sale)], now_ms)
    assert said(results) == {("issued", None): 1, ("closed", "pace"): 1}
    assert await ledger.coupons.reserve([Reservation("dog", sale, 1, NOW)], now_ms) == [0]


async def test_a_paced_stock_that_is_out_before_the_end_is_sold_out_at_the_end(
    ledger: Ledger, shop: Shop
):
    sale = await campaign(ledger, shop, 4, **DAY)
    results = await ledger.coupons.issue([caught(sale) for _ in range(5)], NOW + DAY_MS - 1)
    assert said(results) == {("issued", None): 4, ("sold_out", "stock"): 1}


async def test_a_pace_spreads_what_the_budget_pays_for(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 100, budget=25.0, **MONEY, **DAY)
    results = await ledger.coupons.issue([caught(sale) for _ in range(9)], NOW + DAY_MS // 2)
    assert said(results) == {("issued", None): 5, ("closed", "pace"): 4}


async def test_a_budget_stays_above_what_is_out(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 100, budget=25.0, **MONEY)
    await ledger.coupons.issue([caught(sale) for _ in range(3)], NOW)
    await ledger.coupons.reserve([Reservation("cat", sale, 1, NOW)], NOW)
    for wrong in (CampaignChange(budget=9.9), CampaignChange(value=6.3)):
        done = await ledger.merchants.update_campaign(shop.merchant, sale, wrong)
        assert done == BudgetTooLow(reserved=1, issued=3)
    done = await ledger.merchants.update_campaign(shop.merchant, sale, CampaignChange(budget=10.0))
    assert isinstance(done, Campaign)
    assert said(await ledger.coupons.issue([caught(sale)], NOW)) == {("sold_out", "budget"): 1}


async def test_a_budget_pays_for_one_coupon_or_more(ledger: Ledger, shop: Shop):
    wanted = NewCampaign(title="x", stock=1, budget=2.4, **MONEY)
    assert await ledger.merchants.create_campaign(shop.merchant, wanted) == BudgetTooLow(0, 0)


async def test_a_pace_needs_both_dates(ledger: Ledger, shop: Shop):
    wanted = NewCampaign(title="x", kind="gift", stock=1, pace="even", starts_ms=NOW)
    assert await ledger.merchants.create_campaign(shop.merchant, wanted) == PaceWithoutDates()
    sale = await campaign(ledger, shop, 4, **DAY)
    for starts_ms, ends_ms in ((None, UNSET), (UNSET, None)):
        change = CampaignChange(starts_ms=starts_ms, ends_ms=ends_ms)
        done = await ledger.merchants.update_campaign(shop.merchant, sale, change)
        assert done == PaceWithoutDates()
