"""Who keeps which region: shared evenly, and moved no more than needed."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import h3.api.basic_int as h3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameserver.game.geo import REGION_RES, region_name
from gameserver.keeper import shares
from gameserver.keeper.shares import LEASE_MS, Shares, owner_of
from gameserver.live import Live, LiveError, open_live
from tests.servers.redis import RedisServer, redis_server
from tests.waiting import until

CITY = h3.latlng_to_cell(30.25, 120.16, REGION_RES)
REGIONS = [region_name(cell) for cell in h3.grid_disk(CITY, 20)]
NOW_MS = 1_700_000_000_000

keepers = st.sets(st.text(min_size=1, max_size=12), min_size=1, max_size=8)
regions = st.sampled_from(REGIONS)


# --- the sharing -------------------------------------------------------------------------------


def test_nobody_keeps_anything_where_there_are_no_keepers() -> None:
    assert owner_of(REGIONS[0], []) is None


@given(regions, keepers)
def test_every_region_has_one_owner_in_whatever_order_keepers_are_listed(
    region: str, names: set[str]
) -> None:
    owner = owner_of(region, sorted(names))
    assert owner in names
    assert owner_of(region, sorted(names, reverse=True)) == owner


@given(keepers, st.data())
def test_a_keeper_that_leaves_moves_only_its_own_regions(
    names: set[str], data: st.DataObject
) -> None:
    leaver = data.draw(st.sampled_from(sorted(names)))
    for region in REGIONS[:60]:
        before = owner_of(region, names)
        if before != leaver:
            assert owner_of(region, names - {leaver}) == before


@given(keepers, st.text(min_size=1, max_size=12))
def test_a_keeper_that_comes_takes_regions_for_itself_only(names: set[str], comer: str) -> None:
    for region in REGIONS[:60]:
        after = owner_of(region, names | {comer})
        assert after in {comer, owner_of(region, names)}


@pytest.mark.parametrize("count", [2, 3, 8])
def test_regions_are_shared_evenly(count: int) -> None:
    names = [f"process-{number}" for number in range(count)]
    kept = Counter(owner_of(region, names) for region in REGIONS)
    fair = len(REGIONS) / count
    off = sum((kept[name] - fair) ** 2 / fair for name in names)
    assert off < {2: 10.8, 3: 13.8, 8: 24.3}[count]  # chi-square, 0.1 %


# --- the leases --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
async def live(redis: RedisServer) -> AsyncIterator[Live]:
    redis.flush()
    async with open_live(redis.url) as live:
        yield live


SOME = REGIONS[:24]


async def test_a_keeper_alone_takes_over_everything(live: Live) -> None:
    one = Shares("one", live)
    assert await one.round(SOME, NOW_MS) == (set(SOME), set())
    assert await one.round(SOME, NOW_MS + 1_000) == (set(), set())
    assert one.held == set(SOME)


async def test_a_second_keeper_gets_its_share_once_the_first_gave_it_up(live: Live) -> None:
    one, two = Shares("one", live), Shares("two", live)
    await one.round(SOME, NOW_MS)
    assert await two.round(SOME, NOW_MS) == (set(), set())
    theirs = {region for region in SOME if owner_of(region, ["one", "two"]) == "two"}
    assert await one.round(SOME, NOW_MS + 1) == (set(), theirs)
    assert await two.round(SOME, NOW_MS + 1) == (theirs, set())
    assert not one.held & two.held
    assert one.held | two.held == set(SOME)


async def test_a_keeper_that_says_good_bye_leaves_its_regions_at_once(live: Live) -> None:
    one, two = Shares("one", live), Shares("two", live)
    for _ in range(2):
        await one.round(SOME, NOW_MS)
        await two.round(SOME, NOW_MS)
    gone = set(one.held)
    await one.give_up()
    assert one.held == set()
    assert await two.round(SOME, NOW_MS + 1) == (gone, set())


async def test_a_region_that_is_planned_no_more_is_given_up(live: Live) -> None:
    one = Shares("one", live)
    await one.round(SOME, NOW_MS)
    assert await one.round(SOME[1:], NOW_MS + 1) == (set(), {SOME[0]})
    assert await live.acquire_region(SOME[0], "two", LEASE_MS)


async def test_a_lease_that_was_lost_is_taken_anew_and_told_as_gained(live: Live) -> None:
    """Who lost a region for a moment does not know what happened in it since."""
    one = Shares("one", live)
    await one.round(SOME, NOW_MS)
    one.lose(SOME[0])
    assert SOME[0] not in one.held
    assert await one.round(SOME, NOW_MS + 1) == ({SOME[0]}, set())


async def test_a_dead_keeper_is_missed_after_its_heartbeat_lapsed(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "LEASE_MS", 300)
    dead, other = Shares("dead", live), Shares("other", live)
    await dead.round(SOME, NOW_MS)
    await other.round(SOME, NOW_MS)
    after_ms = NOW_MS + LEASE_MS + 1

    async def everything_is_taken_over() -> bool:
        await other.round(SOME, after_ms)
        return other.held == set(SOME)

    await until(everything_is_taken_over)


async def test_while_redis_is_away_a_keeper_holds_what_it_held() -> None:
    async with AsyncExitStack() as stack:
        with redis_server() as server:
            live = await stack.enter_async_context(open_live(server.url))
            one = Shares("one", live)
            await one.round(SOME, NOW_MS)
        with pytest.raises(LiveError):
            await one.round(SOME, NOW_MS + 1_000)
        assert one.held == set(SOME)
