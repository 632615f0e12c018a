"""The keeper on real stores: cats come, go, carry coupons, and change hands."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from gameserver.game.geo import region_of
from gameserver.game.model import ActiveHours
from gameserver.ledger.campaigns import CampaignChange
from gameserver.ledger.stores import Store, StoreChange
from tests.servers.catcat import catcat
from tests.servers.game import PLACE, Game, game, plan
from tests.servers.redis import redis_server
from tests.waiting import until


async def alive(street: Game, store: Store) -> list[str]:
    """The campaigns of the cats that the store has on the street ("" for none)."""
    region = store_region(store)
    snapshot = await street.app.live.snapshot(region)
    return [cat.campaign or "" for cat, _ in snapshot.cats if cat.store == store.id]


def store_region(store: Store) -> str:
    return region_of(store.lat, store.lon)


def count_is(street: Game, store: Store, count: int) -> Callable[[], Awaitable[bool]]:
    async def so() -> bool:
        return len(await alive(street, store)) == count

    return so


async def reserved(street: Game, campaign: str) -> int:
    found = await street.app.ledger.merchants.get_campaign(street.merchant, campaign)
    assert found is not None
    return found.reserved


async def test_a_store_has_as_many_cats_as_its_plan_says(street: Game) -> None:
    store = await street.store(plan(cats_alive=7, radius_m=100.0))
    await until(count_is(street, store, 7))


async def test_a_plan_that_shrinks_grows_or_ends_is_followed(street: Game) -> None:
    campaign = await street.campaign()
    wanted = plan(cats_alive=5, campaign=campaign.id)
    store = await street.store(wanted)
    put = street.app.ledger.merchants.put_plan
    for count in (2, 9, 0):
        await put(street.merchant, store.id, replace(wanted, cats_alive=count))
        await until(count_is(street, store, count))

    async def all_is_released() -> bool:
        return await reserved(street, campaign.id) == 0

    await until(all_is_released)


async def test_a_paused_store_takes_its_cats_home_and_a_reopened_one_puts_them_out(
    street: Game,
) -> None:
    store = await street.store(plan(cats_alive=3))
    await until(count_is(street, store, 3))
    update = street.app.ledger.merchants.update_store
    await update(street.merchant, store.id, StoreChange(state="paused"))
    await until(count_is(street, store, 0))
    await update(street.merchant, store.id, StoreChange(state="active"))
    await until(count_is(street, store, 3))


async def test_a_deleted_store_leaves_no_cats(street: Game) -> None:
    store = await street.store(plan(cats_alive=3))
    await until(count_is(street, store, 3))
    await street.app.ledger.merchants.delete_store(street.merchant, store.id)
    await until(count_is(street, store, 0))


async def test_a_store_that_moves_to_another_region_takes_its_cats_along(street: Game) -> None:
    store = await street.store(plan(cats_alive=3))
    await until(count_is(street, store, 3))
    moved = await street.app.ledger.merchants.update_store(
        street.merchant, store.id, StoreChange(lat=PLACE[0] + 1.0)
    )
    assert isinstance(moved, Store)
    assert store_region(moved) != store_region(store)
    await until(count_is(street, moved, 3))
    await until(count_is(street, store, 0))


async def test_a_region_that_its_last_store_has_left_still_has_a_keeper_after_a_restart(
    tmp_path: Path,
) -> None:
    """Its cats, claims and reservations may be all that is left of it."""
    async with game(tmp_path) as street:
        store = await street.store(plan())
        await until(count_is(street, store, 1))
        update = street.app.ledger.merchants.update_store
        moved = await update(street.merchant, store.id, StoreChange(lat=PLACE[0] + 1.0))
        assert isinstance(moved, Store)
    async with game(tmp_path) as street:
        both = {store_region(store), store_region(moved)}
        await until(lambda: street.app.keeper.held == both)
        await until(count_is(street, store, 0))


async def test_cats_whose_time_is_over_go_home_and_others_come(street: Game) -> None:
    campaign = await street.campaign(stock=1000)
    store = await street.store(plan(cats_alive=4, lifetime_s=10, campaign=campaign.id))
    await until(count_is(street, store, 4))
    first = {cat.id for cat, _ in (await street.app.live.snapshot(store_region(store))).cats}

    async def all_are_new() -> bool:
        now = {cat.id for cat, _ in (await street.app.live.snapshot(store_region(store))).cats}
        return len(now) == 4 and not now & first and await reserved(street, campaign.id) == 4

    await until(all_are_new, 30.0)


async def test_no_more_coupons_are_out_than_the_campaign_has(street: Game) -> None:
    campaign = await street.campaign(stock=5)
    store = await street.store(plan(cats_alive=4, catches_per_cat=2, campaign=campaign.id))
    await until(count_is(street, store, 3))
    left = [left for _, left in (await street.app.live.snapshot(store_region(store))).cats]
    assert sorted(left) == [1, 2, 2]
    assert await reserved(street, campaign.id) == 5


async def test_a_paused_campaign_is_taken_off_the_street_and_comes_back(street: Game) -> None:
    campaign = await street.campaign()
    store = await street.store(plan(cats_alive=3, campaign=campaign.id))
    await until(count_is(street, store, 3))
    change = street.app.ledger.merchants.update_campaign
    await change(street.merchant, campaign.id, CampaignChange(state="paused"))
    await until(count_is(street, store, 0))
    await change(street.merchant, campaign.id, CampaignChange(state="active"))
    await until(count_is(street, store, 3))


async def test_a_plan_begins_and_ends_at_its_times(street: Game) -> None:
    now_ms = street.app.gateway.street.clock()
    hours = ActiveHours(from_ms=now_ms + 1_500, to_ms=now_ms + 6_000)
    store = await street.store(plan(cats_alive=2, active=hours))
    await until(count_is(street, store, 2))
    assert street.app.gateway.street.clock() >= now_ms + 1_500
    await until(count_is(street, store, 0))
    assert street.app.gateway.street.clock() >= now_ms + 6_000


async def test_cats_are_out_in_the_hours_of_the_plan_only(street: Game) -> None:
    """In the store's time zone; whole days, so that the test does not depend on the time."""
    today = datetime.now(ZoneInfo("Asia/Singapore")).weekday()
    days = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
    # At midnight the day changes under the test: yesterday and tomorrow count as open, too.
    around = ",".join(sorted(days[(today + step) % 7] for step in (-1, 0, 1)))
    others = ",".join(day for day in days if day not in around)
    shut, open_ = (ActiveHours(hours=f"{some} 00:00-24:00") for some in (others, around))
    store = await street.store(plan(cats_alive=3, active=open_))
    await until(count_is(street, store, 3))
    put = street.app.ledger.merchants.put_plan
    await put(street.merchant, store.id, plan(cats_alive=3, active=shut))
    await until(count_is(street, store, 0))


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[list[Game]]:
    """Two servers on the same stores."""
    async with AsyncExitStack() as stack:
        redis = stack.enter_context(redis_server())
        servers = [
            await stack.enter_async_context(game(tmp_path, redis=redis.url)) for _ in range(2)
        ]
        yield servers


async def test_keepers_share_the_regions_and_hold_each_once(two: list[Game]) -> None:
    stores = [
        await two[0].store(plan(), (PLACE[0] + number * 0.3, PLACE[1])) for number in range(12)
    ]
    regions = {store_region(store) for store in stores}
    keepers = [server.app.keeper for server in two]

    def shared() -> bool:
        first, second = (keeper.held for keeper in keepers)
        return first | second == regions and not first & second and bool(first) and bool(second)

    await until(shared)
    for store in stores:
        await until(count_is(two[0], store, 1))


async def test_a_dead_keepers_regions_are_taken_over_within_ten_seconds(tmp_path: Path) -> None:
    """The other process is killed, so that it can't say good-bye."""
    with redis_server() as redis:
        async with game(tmp_path, redis=redis.url) as street:
            stores = [
                await street.store(plan(), (PLACE[0] + number * 0.3, PLACE[1]))
                for number in range(12)
            ]
            regions = {store_region(store) for store in stores}
            await until(lambda: street.app.keeper.held == regions)
            async with catcat(tmp_path, "--redis", redis.url) as other:
                await until(lambda: 0 < len(street.app.keeper.held) < len(regions))
                await other.kill()
                await until(lambda: street.app.keeper.held == regions, 10.0)
