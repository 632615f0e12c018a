import asyncio

import pytest

from gameserver.game.model import Reservation
from gameserver.ledger.campaigns import CampaignChange
from gameserver.ledger.ledger import Ledger
from gameserver.ledger.reservations import LAPSE_GRACE_MS
from tests.ledger.shop import NOW, Shop, campaign, caught, counters


def for_cat(cat: str, sale: str, count: int, expires_ms: int = NOW + 1000) -> Reservation:
    return Reservation(cat, sale, count, expires_ms)


async def test_a_reservation_is_granted_what_is_free(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 5)
    wanted = [for_cat("a", sale, 2), for_cat("b", sale, 9), for_cat("c", sale, 1)]
    assert await ledger.coupons.reserve(wanted, NOW) == [2, 3, 0]
    assert await counters(ledger, shop, sale) == (5, 0, 0)


async def test_asking_again_reserves_nothing_more(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 5)
    wanted = [for_cat("a", sale, 2)]
    assert await ledger.coupons.reserve(wanted, NOW) == [2]
    assert await ledger.coupons.reserve(wanted, NOW) == [2]
    assert await ledger.coupons.reserve(wanted * 2, NOW) == [2, 2]
    assert await counters(ledger, shop, sale) == (2, 0, 0)


async def test_asking_again_after_a_release_does_not_promise_what_was_given_back(
    ledger: Ledger, shop: Shop
):
    sale = await campaign(ledger, shop, 5)
    await ledger.coupons.reserve([for_cat("a", sale, 3)], NOW)
    await ledger.coupons.release([("a", 3)], NOW)
    assert await ledger.coupons.reserve([for_cat("a", sale, 3)], NOW) == [0]


async def test_a_reservation_is_of_one_campaign(ledger: Ledger, shop: Shop):
    sale, other = await campaign(ledger, shop, 5), await campaign(ledger, shop, 5)
    wanted = [for_cat("a", sale, 2), for_cat("a", other, 2)]
    assert await ledger.coupons.reserve(wanted, NOW) == [2, 0]
    assert await counters(ledger, shop, other) == (0, 0, 0)


async def test_nothing_is_granted_of_an_unknown_campaign_or_for_a_count_of_none(
    ledger: Ledger, shop: Shop
):
    sale = await campaign(ledger, shop, 5)
    wanted = [for_cat("a", "nothing", 2), for_cat("b", sale, 0), for_cat("c", sale, -3)]
    assert await ledger.coupons.reserve(wanted, NOW) == [0, 0, 0]
    assert await ledger.coupons.reserve([], NOW) == []
    assert await counters(ledger, shop, sale) == (0, 0, 0)


@pytest.mark.parametrize("state", ["paused", "ended"])
async def test_nothing_is_granted_of_a_campaign_that_stopped(
    ledger: Ledger, shop: Shop, state: str
):
    sale = await campaign(ledger, shop, 5)
    await ledger.merchants.update_campaign(shop.merchant, sale, CampaignChange(state=state))
    assert await ledger.coupons.reserve([for_cat("a", sale, 1)], NOW) == [0]


async def test_nothing_is_granted_outside_of_a_campaigns_dates(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 5, starts_ms=NOW, ends_ms=NOW + 10)
    granted = [
        (await ledger.coupons.reserve([for_cat(f"c{ms}", sale, 1)], NOW + ms))[0]
        for ms in (-1, 0, 9, 10)
    ]
    assert granted == [0, 1, 1, 0]


async def test_releasing_is_absolute(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 5)
    await ledger.coupons.reserve([for_cat("a", sale, 4)], NOW)
    for count, reserved in ((1, 3), (1, 3), (3, 1), (2, 1), (9, 0), (4, 0)):
        await ledger.coupons.release([("a", count)], NOW)
        assert await counters(ledger, shop, sale) == (reserved, 0, 0)


async def test_what_was_issued_cannot_be_released(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 5)
    await ledger.coupons.reserve([for_cat("a", sale, 3)], NOW)
    await ledger.coupons.issue([caught(sale, "a")], NOW)
    await ledger.coupons.release([("a", 3)], NOW)
    assert await counters(ledger, shop, sale) == (0, 1, 0)


async def test_releasing_one_reservation_twice_in_one_call_counts_once(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 5)
    await ledger.coupons.reserve([for_cat("a", sale, 3), for_cat("b", sale, 1)], NOW)
    await ledger.coupons.release([("a", 2), ("a", 2), ("b", 1), ("a", 1)], NOW)
    assert await counters(ledger, shop, sale) == (1, 0, 0)


async def test_releasing_what_there_is_not_changes_nothing(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 5)
    await ledger.coupons.reserve([for_cat("a", sale, 1)], NOW)
    await ledger.coupons.release([("nobody", 3), ("a", 0), ("a", -1)], NOW)
    await ledger.coupons.release([], NOW)
    assert await counters(ledger, shop, sale) == (1, 0, 0)


async def test_open_reservations_lapse_a_while_after_their_end(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 50)
    await ledger.coupons.reserve(
        [
            for_cat("late", sale, 1, NOW + 2),
            for_cat("early", sale, 1, NOW + 1),
            for_cat("caught", sale, 1, NOW),
            for_cat("released", sale, 1, NOW),
        ],
        NOW,
    )
    await ledger.coupons.issue([caught(sale, "caught")], NOW)
    await ledger.coupons.release([("released", 1)], NOW)
    then = NOW + LAPSE_GRACE_MS
    assert (await ledger.coupons.lapsed(then + 1, 10)).items == []
    assert (await ledger.coupons.lapsed(then + 2, 10)).items == ["early"]
    assert (await ledger.coupons.lapsed(then + 3, 10)).items == ["early", "late"]
    assert (await ledger.coupons.lapsed(then + 3, 1)).items == ["early"]
    await ledger.coupons.release([("early", 1)], NOW)
    assert (await ledger.coupons.lapsed(then + 3, 10)).items == ["late"]


async def test_many_reserving_at_once_are_granted_no_more_than_there_is(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 10)
    granted = await asyncio.gather(
        *(ledger.coupons.reserve([for_cat(f"c{n}", sale, 3)], NOW) for n in range(20))
    )
    assert sum(count for counts in granted for count in counts) == 10


async def test_releasing_and_issuing_at_once_never_loses_or_doubles_a_coupon(
    ledger: Ledger, shop: Shop
):
    sale = await campaign(ledger, shop, 40)
    cats = [f"cat{n}" for n in range(40)]
    await ledger.coupons.reserve([for_cat(cat, sale, 1) for cat in cats], NOW)
    await asyncio.gather(
        *(ledger.coupons.release([(cat, 1)], NOW) for cat in cats),
        *(ledger.coupons.issue([caught(sale, cat)], NOW) for cat in reversed(cats)),
    )
    assert await counters(ledger, shop, sale) == (0, 40, 0)
