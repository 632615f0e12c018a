import asyncio
import sys
from collections import Counter
from pathlib import Path

import pytest
from msgspec.structs import replace

from gameserver.game.codes import read_code
from gameserver.game.model import CouponState, IssueItem, IssueResult, Reservation
from gameserver.ledger.campaigns import CampaignChange
from gameserver.ledger.ledger import Ledger, open_ledger
from gameserver.ledger.own_codes import CodesReport, GeneratesCodes, Rejected
from gameserver.ledger.redeeming import FoundCoupon
from gameserver.ledger.stores import NewStore, Store
from tests.ledger.shop import DAY_MS, NOW, Shop, campaign, caught, counters, open_shop

HOUR_MS = 3_600_000


async def one(ledger: Ledger, item: IssueItem, now_ms: int = NOW) -> IssueResult:
    results = await ledger.coupons.issue([item], now_ms)
    assert len(results) == 1
    return results[0]


def statuses(results: list[IssueResult]) -> list[str]:
    return [result.status for result in results]


async def test_a_catch_gets_a_coupon_that_tells_all_about_itself(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 5, title="10 % off", valid_for_s=60)
    item = caught(sale)
    result = await one(ledger, item)
    coupon = result.coupon
    assert result.catch == item.catch
    assert result.status == "issued"
    assert coupon is not None
    assert read_code(coupon.code) == coupon.code
    assert (coupon.campaign, coupon.title, coupon.state) == (sale, "10 % off", CouponState.ACTIVE)
    assert (coupon.catch, coupon.cat, coupon.player) == (item.catch, item.cat, item.player)
    assert (coupon.store, coupon.issued_ms, coupon.expires_ms) == (item.store, NOW, NOW + 60_000)


async def test_asking_again_gives_the_same_coupon(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 5)
    item = caught(sale)
    first = await one(ledger, item)
    again = await one(ledger, item, NOW + 5)
    assert again == replace(first, status="already")
    assert await counters(ledger, shop, sale) == (0, 1, 0)


async def test_asking_twice_in_one_batch_gives_one_coupon(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 5)
    item = caught(sale)
    results = await ledger.coupons.issue([item, item], NOW)
    assert statuses(results) == ["issued", "already"]
    assert results[0].coupon == results[1].coupon


async def test_a_second_catch_of_the_same_cat_gets_the_first_ones_coupon(
    ledger: Ledger, shop: Shop
):
    sale = await campaign(ledger, shop, 5)
    item = caught(sale)
    first = await one(ledger, item)
    other = await one(ledger, replace(item, catch="another"))
    assert other == IssueResult("another", "already", first.coupon)
    in_one_batch = caught(sale)
    results = await ledger.coupons.issue([in_one_batch, replace(in_one_batch, catch="third")], NOW)
    assert statuses(results) == ["issued", "already"]


async def test_the_results_are_in_the_order_of_the_items(ledger: Ledger, shop: Shop):
    sale, over = await campaign(ledger, shop, 50), await campaign(ledger, shop, 0)
    items = [caught(over if number % 3 == 0 else sale) for number in range(30)]
    results = await ledger.coupons.issue(items, NOW)
    assert [result.catch for result in results] == [item.catch for item in items]
    assert Counter(statuses(results)) == {"issued": 20, "sold_out": 10}


async def test_nothing_is_asked_and_nothing_answered(ledger: Ledger):
    assert await ledger.coupons.issue([], NOW) == []


async def test_a_coupon_comes_out_of_its_cats_reservation(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 2)
    assert await ledger.coupons.reserve([Reservation("cat", sale, 2, NOW + 1000)], NOW) == [2]
    assert (await one(ledger, caught(sale))).status == "sold_out"
    assert (await one(ledger, caught(sale, "cat"))).status == "issued"
    assert await counters(ledger, shop, sale) == (1, 1, 0)


async def test_a_cat_whose_reservation_is_used_up_takes_free_stock(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 2)
    await ledger.coupons.reserve([Reservation("cat", sale, 1, NOW + 1000)], NOW)
    results = await ledger.coupons.issue([caught(sale, "cat") for _ in range(3)], NOW)
    assert statuses(results) == ["issued", "issued", "sold_out"]


async def test_a_cat_whose_reservation_has_lapsed_takes_free_stock(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 1)
    await ledger.coupons.reserve([Reservation("cat", sale, 1, NOW + 1000)], NOW)
    await ledger.coupons.release([("cat", 1)], NOW)
    assert (await one(ledger, caught(sale, "cat"))).status == "issued"
    assert (await one(ledger, caught(sale, "cat"))).status == "sold_out"


async def test_a_reservation_of_another_campaign_is_left_alone(ledger: Ledger, shop: Shop):
    sale, other = await campaign(ledger, shop, 1), await campaign(ledger, shop, 0)
    await ledger.coupons.reserve([Reservation("cat", sale, 1, NOW + 1000)], NOW)
    assert (await one(ledger, caught(other, "cat"))).status == "sold_out"
    assert await counters(ledger, shop, sale) == (1, 0, 0)


async def test_an_unknown_campaign_is_closed(ledger: Ledger):
    assert (await one(ledger, caught("nothing"))).status == "closed"


@pytest.mark.parametrize("state", ["paused", "ended"])
async def test_a_campaign_that_stopped_is_closed_even_to_its_reservations(
    ledger: Ledger, shop: Shop, state: str
):
    sale = await campaign(ledger, shop, 5)
    await ledger.coupons.reserve([Reservation("cat", sale, 1, NOW + 1000)], NOW)
    await ledger.merchants.update_campaign(shop.merchant, sale, CampaignChange(state=state))
    assert (await one(ledger, caught(sale, "cat"))).status == "closed"


async def test_a_campaign_is_closed_before_and_after_its_dates(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 5, starts_ms=NOW, ends_ms=NOW + 10)
    answers = [(await one(ledger, caught(sale), NOW + ms)).status for ms in (-1, 0, 9, 10)]
    assert answers == ["closed", "issued", "issued", "closed"]


async def test_a_player_gets_no_more_than_the_limit(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 50, per_player=2)
    batch = [caught(sale, player="ann") for _ in range(4)]
    results = await ledger.coupons.issue(batch, NOW)
    assert statuses(results) == ["issued", "issued", "limit", "limit"]
    assert results[2].limit == "per_player"
    assert (await one(ledger, caught(sale, player="ann"), NOW + 3 * DAY_MS)).status == "limit"
    assert (await one(ledger, caught(sale, player="bob"))).status == "issued"


async def test_a_limit_per_day_begins_anew_at_the_stores_midnight(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 50, per_player_day=1)
    made = await ledger.merchants.create_store(
        shop.merchant, NewStore(name="East", lat=31.2, lon=121.5, timezone="Asia/Shanghai")
    )
    assert isinstance(made, Store)
    midnight = NOW // DAY_MS * DAY_MS + 16 * 3_600_000  # in Shanghai

    async def at(moment_ms: int) -> IssueResult:
        item = replace(caught(sale, player="ann", at_ms=moment_ms), store=made.id)
        return await one(ledger, item, moment_ms)

    assert (await at(midnight - 2)).status == "issued"
    late = await at(midnight - 1)
    assert (late.status, late.limit) == ("limit", "per_player_day")
    assert (await at(midnight)).status == "issued"


@pytest.mark.parametrize(
    ("said", "counted_by"),
    [
        ("Asia/Tokyo", "Asia/Tokyo"),
        (None, "Asia/Shanghai"),
        ("Moon/Tycho", "Asia/Shanghai"),
        ("../zone", "Asia/Shanghai"),
    ],
)
async def test_the_day_is_by_the_catchs_zone_if_it_says_one_else_by_the_stores(
    ledger: Ledger, shop: Shop, said: str | None, counted_by: str
):
    sale = await campaign(ledger, shop, 50, per_player_day=1)
    made = await ledger.merchants.create_store(
        shop.merchant, NewStore(name="East", lat=31.2, lon=121.5, timezone="Asia/Shanghai")
    )
    assert isinstance(made, Store)
    hours = {"Asia/Tokyo": 15, "Asia/Shanghai": 16}
    midnight = NOW // DAY_MS * DAY_MS + hours[counted_by] * HOUR_MS

    async def at(moment_ms: int) -> str:
        item = caught(sale, player="ann", at_ms=moment_ms)
        return (await one(ledger, replace(item, store=made.id, timezone=said), moment_ms)).status

    assert await at(midnight - 2) == "issued"
    assert await at(midnight - 1) == "limit"
    assert await at(midnight) == "issued"


async def test_a_store_that_is_not_in_these_books_counts_days_by_the_catchs_zone_else_by_utc(
    ledger: Ledger, shop: Shop
):
    sale = await campaign(ledger, shop, 50, per_player_day=1)
    noon = NOW // DAY_MS * DAY_MS + 12 * HOUR_MS  # it is 1:00 in Auckland

    async def at(moment_ms: int, zone: str | None, player: str) -> str:
        item = caught(sale, player=player, at_ms=moment_ms)
        return (await one(ledger, replace(item, timezone=zone), noon)).status

    assert await at(noon - 2 * HOUR_MS, "Pacific/Auckland", "ann") == "issued"
    assert await at(noon, "Pacific/Auckland", "ann") == "issued"
    for nowhere in (None, "Moon/Tycho"):
        assert await at(noon - 2 * HOUR_MS, nowhere, f"bob {nowhere}") == "issued"
        assert await at(noon, nowhere, f"bob {nowhere}") == "limit"


async def test_a_limit_per_day_holds_within_a_batch(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 50, per_player_day=2)
    batch = [caught(sale, player="ann", at_ms=NOW - n % 2 * 23 * HOUR_MS) for n in range(8)]
    results = await ledger.coupons.issue(batch, NOW)
    assert Counter(statuses(results)) == {"issued": 4, "limit": 4}


async def test_a_redeemed_or_void_coupon_still_counts_against_the_limit(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 50, per_player=1)
    coupon = (await one(ledger, caught(sale, player="ann"))).coupon
    assert coupon is not None
    await ledger.coupons.void(coupon.code, "a mistake", shop.merchant, shop.key, NOW)
    assert (await one(ledger, caught(sale, player="ann"))).status == "limit"


async def test_a_player_who_is_gone_gets_nothing_more(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 5)
    await ledger.players.forget("ann")
    assert (await one(ledger, caught(sale, player="ann"))).status == "closed"


async def test_a_merchants_own_codes_are_given_once_each_and_in_order(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 50, codes="uploaded")
    assert (await one(ledger, caught(sale))).status == "sold_out"
    added = await ledger.merchants.add_codes(shop.merchant, sale, ["BUN-1", "BUN-2", " BUN-1 "])
    assert isinstance(added, CodesReport)
    assert (added.added, added.rejected) == (2, [Rejected(3, "BUN-1", "repeated")])
    results = await ledger.coupons.issue([caught(sale) for _ in range(3)], NOW)
    given = [result.coupon.code if result.coupon else result.status for result in results]
    assert given == ["BUN-1", "BUN-2", "sold_out"]
    again = await ledger.merchants.add_codes(shop.merchant, sale, ["BUN-2", "BUN-3"])
    assert isinstance(again, CodesReport)
    assert (again.added, again.rejected) == (1, [Rejected(1, "BUN-2", "taken")])
    assert await ledger.coupons.reserve([Reservation("cat", sale, 9, NOW)], NOW) == [1]
    found = await ledger.coupons.find("BUN-1", shop.merchant)
    assert isinstance(found, FoundCoupon)
    assert found.coupon.campaign == sale


async def test_codes_cannot_be_uploaded_where_they_are_generated(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 50)
    found = await ledger.merchants.add_codes(shop.merchant, sale, ["BUN-1"])
    assert found == GeneratesCodes()


async def test_of_fifty_tasks_exactly_one_gets_the_last_coupon(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 1)
    results = await asyncio.gather(*(one(ledger, caught(sale)) for _ in range(50)))
    assert Counter(statuses(results)) == {"issued": 1, "sold_out": 49}


async def test_a_thousand_catches_get_the_ten_coupons_that_there_are(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 10)
    batches = [[caught(sale) for _ in range(20)] for _ in range(50)]
    results = await asyncio.gather(*(ledger.coupons.issue(batch, NOW) for batch in batches))
    issued = [r.coupon.code for batch in results for r in batch if r.coupon is not None]
    assert len(issued) == len(set(issued)) == 10
    assert await counters(ledger, shop, sale) == (0, 10, 0)


async def test_the_same_catch_asked_by_many_at_once_is_one_coupon(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 50)
    item = caught(sale)
    results = await asyncio.gather(*(one(ledger, item) for _ in range(30)))
    assert Counter(statuses(results)) == {"issued": 1, "already": 29}
    assert len({result.coupon for result in results}) == 1


async def test_limits_hold_between_connections(url: str, ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 500, per_player=3, per_player_day=2)
    async with open_ledger(url) as other:
        results = await asyncio.gather(
            *(one(ledger if n % 2 else other, caught(sale, player="ann")) for n in range(40))
        )
    assert Counter(statuses(results)) == {"issued": 2, "limit": 38}


async def test_batches_over_the_same_campaigns_in_any_order_all_get_through(
    ledger: Ledger, shop: Shop
):
    sales = [await campaign(ledger, shop, 1000) for _ in range(4)]
    batches = [[caught(sale) for sale in (sales, sales[::-1])[n % 2]] for n in range(40)]
    results = await asyncio.gather(*(ledger.coupons.issue(batch, NOW) for batch in batches))
    assert {status for batch in results for status in statuses(batch)} == {"issued"}


async def test_one_catch_brought_for_two_campaigns_at_once_is_one_coupon(
    ledger: Ledger, shop: Shop
):
    sales = [await campaign(ledger, shop, 100) for _ in range(2)]
    for _ in range(10):
        item = caught(sales[0])
        results = await asyncio.gather(
            *(one(ledger, replace(item, campaign=sale)) for sale in sales)
        )
        assert sorted(statuses(results)) == ["already", "issued"]


async def test_two_processes_never_oversell(url: str, ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 100, per_player=3)
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.ledger.buyers", url, sale),
            cwd=Path(__file__).parents[2],
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(2)
    ]
    said = [await process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sum(int(out) for out, _ in said) == 100
    assert await counters(ledger, shop, sale) == (0, 100, 0)


async def test_another_merchants_campaign_has_its_own_stock(ledger: Ledger, shop: Shop):
    other = await open_shop(ledger, "Tea house")
    sale, tea = await campaign(ledger, shop, 1), await campaign(ledger, other, 1)
    results = await ledger.coupons.issue([caught(sale), caught(tea), caught(sale)], NOW)
    assert statuses(results) == ["issued", "issued", "sold_out"]
