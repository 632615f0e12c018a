from collections import Counter

import pytest
from msgspec.structs import replace

from gameserver.game.model import CouponState
from gameserver.ledger.ledger import Ledger
from gameserver.ledger.paging import BadCursor
from gameserver.ledger.reports import (
    HOUR_MS,
    EventLine,
    Funnel,
    Outcome,
    RedeemedCoupon,
    RedeemedHour,
    Span,
)
from tests.ledger.shop import NOW, Clock, Shop, campaign, caught, open_shop


async def test_a_funnel_tells_what_became_of_the_coupons_of_each_store(
    ledger: Ledger, shop: Shop, clock: Clock
):
    sale = await campaign(ledger, shop, 50, title="A bun", valid_for_s=10)
    items = [*(replace(caught(sale), store="a") for _ in range(4)), caught(sale)]
    results = await ledger.coupons.issue(items, NOW)
    codes = [result.coupon.code for result in results if result.coupon is not None]
    await ledger.coupons.redeem(codes[0], shop.store, shop.merchant, shop.key, NOW)
    await ledger.coupons.void(codes[1], "", shop.merchant, shop.key, NOW)
    ((found,), _) = await ledger.reports.funnel(shop.merchant, Span(), 10)
    stores = {"a": Outcome(4, 2, 1, 0, 1), "store": Outcome(1, 1, 0, 0, 0)}
    assert found == Funnel(sale, "A bun", stores)
    await ledger.coupons.expire(NOW + 10_000, 1)
    clock.now_ms = NOW + 10_000
    ((late,), _) = await ledger.reports.funnel(shop.merchant, Span(), 10)
    assert late.stores["a"] == Outcome(4, 0, 1, 2, 1)


async def test_a_funnel_counts_what_was_issued_in_its_span(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 50)
    for ms in range(5):
        await ledger.coupons.issue([caught(sale)], NOW + ms)
    ((found,), _) = await ledger.reports.funnel(shop.merchant, Span(NOW + 1, NOW + 3), 10)
    assert found.stores == {"store": Outcome(2, 2, 0, 0, 0)}
    late, _ = await ledger.reports.funnel(shop.merchant, Span(NOW + 5), 10)
    assert late == [Funnel(sale, "A bun", {})]


async def test_a_funnel_is_read_some_campaigns_at_a_time(ledger: Ledger, shop: Shop):
    sales = sorted([await campaign(ledger, shop, 50) for _ in range(5)])
    await ledger.coupons.issue([caught(sale) for sale in sales for _ in range(3)], NOW)
    found, cursor = [], None
    while True:
        page = await ledger.reports.funnel(shop.merchant, Span(), 2, cursor)
        found += page.items
        cursor = page.next
        if cursor is None:
            break
    assert [each.campaign for each in found] == sales
    assert all(each.stores == {"store": Outcome(3, 3, 0, 0, 0)} for each in found)


async def test_coupons_are_listed_campaign_by_campaign_page_by_page(ledger: Ledger, shop: Shop):
    sales = sorted([await campaign(ledger, shop, 50) for _ in range(4)])[1:3]
    items = [caught(sales[number % 2]) for number in range(9)]
    results = await ledger.coupons.issue(items, NOW)
    codes = [result.coupon.code for result in results if result.coupon is not None]
    await ledger.coupons.redeem(codes[1], shop.store, shop.merchant, shop.key, NOW + 3)
    lines, cursor = [], None
    while True:
        page = await ledger.reports.coupons(shop.merchant, 2, cursor)
        lines += page.items
        cursor = page.next
        if cursor is None:
            break
    assert [line.code for line in lines] == codes[::2] + codes[1::2]
    redeemed = lines[5]
    assert (redeemed.state, redeemed.campaign) == (CouponState.REDEEMED, sales[1])
    assert (redeemed.redeemed_ms, redeemed.redeemed_store) == (NOW + 3, shop.store)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6])
async def test_no_page_leaves_a_line_out_or_gives_it_twice(ledger: Ledger, shop: Shop, size: int):
    sales = [await campaign(ledger, shop, 50) for _ in range(3)]
    items = [caught(sale) for number, sale in enumerate(sales) for _ in range(number + 1)]
    await ledger.coupons.issue(items, NOW)
    page = await ledger.reports.coupons(shop.merchant, size)
    found = list(page.items)
    while page.next is not None:
        page = await ledger.reports.coupons(shop.merchant, size, page.next)
        assert page.items
        found += page.items
    assert len({line.code for line in found}) == len(found) == 6


async def test_reports_show_nothing_of_other_merchants(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 50)
    await ledger.coupons.issue([caught(sale)], NOW)
    other = await open_shop(ledger, "Tea house")
    assert await ledger.reports.funnel(other.merchant, Span(), 10) == ([], None)
    assert await ledger.reports.coupons(other.merchant, 10) == ([], None)
    assert await ledger.reports.coupons(other.merchant, 10, f"{sale}.0") == ([], None)
    assert await ledger.reports.events(other.merchant, Span(), 10) == ([], None)
    assert await ledger.reports.events(other.merchant, Span(), 10, f"{sale}.0") == ([], None)


@pytest.mark.parametrize(
    "cursor", ["", "x", "cam.x", "cam.-1", ".", ".1", "\0.1", "cam." + "9" * 40]
)
async def test_a_cursor_that_no_report_gave_is_refused(ledger: Ledger, cursor: str):
    with pytest.raises(BadCursor):
        await ledger.reports.coupons("m", 10, cursor)
    with pytest.raises(BadCursor):
        await ledger.reports.events("m", Span(), 10, cursor)


async def events(ledger: Ledger, shop: Shop, span: Span, size: int) -> list[EventLine]:
    page = await ledger.reports.events(shop.merchant, span, size)
    found = list(page.items)
    while page.next is not None:
        page = await ledger.reports.events(shop.merchant, span, size, page.next)
        found += page.items
    return found


async def test_a_coupons_events_tell_its_whole_life(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 5, valid_for_s=60)
    (result,) = await ledger.coupons.issue([caught(sale)], NOW)
    assert result.coupon is not None
    code = result.coupon.code
    await ledger.coupons.redeem(code, shop.store, shop.merchant, shop.key, NOW + 1)
    await ledger.coupons.reverse(code, "a mistake", shop.merchant, shop.key, NOW + 2)
    await ledger.coupons.redeem(code, shop.store, shop.merchant, shop.key, NOW + 3)
    await ledger.coupons.reverse(code, "too late", shop.merchant, shop.key, NOW + 60_000)
    await ledger.coupons.expire(NOW + 70_000, 10)
    active, used, over = CouponState.ACTIVE, CouponState.REDEEMED, CouponState.EXPIRED
    here, key = shop.store, shop.key
    assert await events(ledger, shop, Span(), 10) == [
        EventLine(code, 0, NOW, "issue", active, sale, "store", None, None),
        EventLine(code, 1, NOW + 1, "redeem", used, sale, here, key, None),
        EventLine(code, 2, NOW + 2, "reverse", active, sale, here, key, "a mistake"),
        EventLine(code, 3, NOW + 3, "redeem", used, sale, here, key, None),
        EventLine(code, 4, NOW + 60_000, "reverse", over, sale, here, key, "too late"),
        EventLine(code, 5, NOW + 70_000, "expire", over, sale, None, None, None),
    ]


@pytest.mark.parametrize("size", [1, 4, 1000])
async def test_spans_that_meet_hold_every_event_once(ledger: Ledger, shop: Shop, size: int):
    sales = [await campaign(ledger, shop, 50) for _ in range(3)]
    for number in range(12):
        (result,) = await ledger.coupons.issue([caught(sales[number % 3])], NOW + number)
        assert result.coupon is not None
        at_ms = NOW + 20 - number
        await ledger.coupons.void(result.coupon.code, "why", shop.merchant, shop.key, at_ms)
    whole = await events(ledger, shop, Span(), size)
    assert Counter(line.change for line in whole) == {"issue": 12, "void": 12}
    ends = [None, NOW + 3, NOW + 11, NOW + 12, NOW + 15, None]
    parts = [await events(ledger, shop, Span(*ends[n : n + 2]), size) for n in range(len(ends) - 1)]
    assert [len(part) for part in parts] == [3, 10, 2, 3, 6]
    split = [(line.code, line.number) for part in parts for line in part]
    assert sorted(split) == sorted((line.code, line.number) for line in whole)


async def test_the_last_redemptions_are_those_that_still_stand_and_the_newest_first(
    ledger: Ledger, shop: Shop
):
    sale = await campaign(ledger, shop, 50)
    results = await ledger.coupons.issue([caught(sale) for _ in range(4)], NOW)
    codes = [result.coupon.code for result in results if result.coupon is not None]
    for turn, code in enumerate(codes):
        await ledger.coupons.redeem(code, shop.store, shop.merchant, shop.key, NOW + turn)
    await ledger.coupons.reverse(codes[1], "why", shop.merchant, shop.key, NOW + 10)
    found = await ledger.reports.redemptions(shop.merchant, 2)
    assert found == [
        RedeemedCoupon(code, sale, "A bun", shop.store, NOW + turn)
        for turn, code in ((3, codes[3]), (2, codes[2]))
    ]
    other = await open_shop(ledger, "Tea")
    assert await ledger.reports.redemptions(other.merchant, 2) == []


async def test_a_coupon_that_was_redeemed_again_is_listed_once(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 50)
    ((result),) = await ledger.coupons.issue([caught(sale)], NOW)
    assert result.coupon is not None
    code = result.coupon.code
    await ledger.coupons.redeem(code, shop.store, shop.merchant, shop.key, NOW)
    await ledger.coupons.reverse(code, "why", shop.merchant, shop.key, NOW + 1)
    await ledger.coupons.redeem(code, shop.store, shop.merchant, shop.key, NOW + 2)
    found = await ledger.reports.redemptions(shop.merchant, 10)
    assert [each.at_ms for each in found] == [NOW + 2]


async def test_redemptions_are_counted_by_store_and_hour(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 50)
    results = await ledger.coupons.issue([caught(sale) for _ in range(3)], NOW)
    for result, at_ms in zip(results, (NOW, NOW + 1, NOW + HOUR_MS), strict=True):
        assert result.coupon is not None
        code = result.coupon.code
        await ledger.coupons.redeem(code, shop.store, shop.merchant, shop.key, at_ms)
    hour = NOW // HOUR_MS * HOUR_MS
    found = await ledger.reports.redeemed_hours(shop.merchant, hour, NOW + 2 * HOUR_MS, 100)
    assert found == [
        RedeemedHour(shop.store, hour, 2),
        RedeemedHour(shop.store, hour + HOUR_MS, 1),
    ]
    assert await ledger.reports.redeemed_hours(shop.merchant, NOW + 1, NOW + 2, 100) == [
        RedeemedHour(shop.store, hour, 1)
    ]
