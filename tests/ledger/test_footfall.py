"""What cats were to players, by the hour."""

import asyncio

from gameserver.ledger.footfall import HOUR_MS, KEPT_DAYS, Steps, StoreHour
from gameserver.ledger.ledger import Ledger
from tests.ledger.shop import NOW, Shop, open_shop

HOUR = NOW // HOUR_MS * HOUR_MS
KEPT_HOURS = 24 * KEPT_DAYS


async def test_what_many_processes_count_adds_up(ledger: Ledger, shop: Shop):
    more = [Steps(shop.store, 3, 2, 1), Steps("sto_far", 1, 1, 1)]
    await asyncio.gather(*(ledger.footfalls.add(more, NOW + turn) for turn in range(8)))
    found = await ledger.footfalls.hours(shop.merchant, HOUR, HOUR + 1, 100)
    assert found == [StoreHour(shop.store, HOUR, 24, 16, 8)]
    assert await ledger.footfalls.caught([shop.store, "sto_none"], NOW) == {shop.store: 8}
    assert await ledger.footfalls.caught([shop.store], NOW + HOUR_MS) == {}


async def test_a_merchant_reads_of_the_own_stores_only(ledger: Ledger, shop: Shop):
    other = await open_shop(ledger, "Tea")
    await ledger.footfalls.add([Steps(shop.store, 3, 2, 1), Steps(other.store, 5, 0, 0)], NOW)
    found = await ledger.footfalls.hours(other.merchant, 0, NOW, 100)
    assert [(hour.store, hour.seen) for hour in found] == [(other.store, 5)]


async def test_an_hour_is_forgotten_a_quarter_of_a_year_later(ledger: Ledger, shop: Shop):
    for ago in (0, KEPT_HOURS, KEPT_HOURS + 1, KEPT_HOURS + 2):
        await ledger.footfalls.add([Steps(shop.store, 1, 0, 0)], NOW - ago * HOUR_MS)
    assert await ledger.tidy(NOW, limit=1) == 1
    assert await ledger.tidy(NOW, limit=9) == 1
    assert await ledger.tidy(NOW, limit=9) == 0
    kept = await ledger.footfalls.hours(shop.merchant, 0, NOW, 100)
    assert [hour.hour_ms for hour in kept] == [HOUR - KEPT_HOURS * HOUR_MS, HOUR]
