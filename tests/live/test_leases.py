"""One keeper for a region at a time."""

import asyncio

import pytest

from gameserver.live import Live, open_live
from tests.live.street import ELSEWHERE, LEASE_MS, NOON_MS, REGION
from tests.servers.redis import RedisServer
from tests.waiting import until


async def test_a_region_has_one_keeper(live: Live) -> None:
    assert await live.acquire_region(REGION, "ann", LEASE_MS)
    assert await live.acquire_region(REGION, "ann", LEASE_MS)
    assert not await live.acquire_region(REGION, "ben", LEASE_MS)
    assert await live.acquire_region(ELSEWHERE, "ben", LEASE_MS)


@pytest.mark.parametrize("round_", range(5))
async def test_of_many_keepers_one_gets_the_region(
    live: Live, server: RedisServer, round_: int
) -> None:
    async with open_live(server.url) as other:
        answers = await asyncio.gather(
            *(
                (live, other)[n % 2].acquire_region(REGION, f"keeper-{n}-{round_}", LEASE_MS)
                for n in range(20)
            )
        )
    assert answers.count(True) == 1


async def test_a_released_region_can_be_had_at_once(live: Live) -> None:
    await live.acquire_region(REGION, "ann", LEASE_MS)
    await live.release_region(REGION, "ben")
    assert not await live.acquire_region(REGION, "ben", LEASE_MS)
    await live.release_region(REGION, "ann")
    await live.release_region(REGION, "ann")
    assert await live.acquire_region(REGION, "ben", LEASE_MS)


async def test_a_lease_that_runs_out_can_be_had_by_another(live: Live) -> None:
    await live.acquire_region(REGION, "ann", 30)
    assert await until(lambda: live.acquire_region(REGION, "ben", LEASE_MS))
    assert await live.renew_regions([REGION], "ann", LEASE_MS) == set()


async def test_renewing_says_which_leases_still_hold(live: Live, server: RedisServer) -> None:
    await live.acquire_region(REGION, "ann", LEASE_MS)
    await live.acquire_region(ELSEWHERE, "ben", LEASE_MS)
    asked = [REGION, ELSEWHERE, "nobody's"]
    assert await live.renew_regions(asked, "ann", LEASE_MS) == {REGION}
    key = f"{{r:{REGION}}}:lease"
    assert await live.renew_regions([REGION], "ann", 2 * LEASE_MS) == {REGION}
    assert server.node_of(key).pttl(key) > LEASE_MS
    assert await live.renew_regions([], "ann", LEASE_MS) == set()


async def test_a_lease_that_ran_out_is_not_renewed(live: Live, server: RedisServer) -> None:
    await live.acquire_region(REGION, "ann", 20)
    await until(lambda: not server.names())
    assert await live.renew_regions([REGION], "ann", LEASE_MS) == set()
    assert await live.acquire_region(REGION, "ben", LEASE_MS)


async def test_keepers_know_of_each_other_while_they_are_alive(live: Live) -> None:
    assert await live.heartbeat("ben", NOON_MS, 5000) == ["ben"]
    assert await live.heartbeat("ann", NOON_MS + 1000, 5000) == ["ann", "ben"]
    assert await live.heartbeat("ann", NOON_MS + 4999, 5000) == ["ann", "ben"]
    assert await live.heartbeat("ann", NOON_MS + 5000, 5000) == ["ann"]
    # A heartbeat that comes late does not make a keeper die earlier.
    assert await live.heartbeat("ann", NOON_MS, 5000) == ["ann"]
    assert await live.heartbeat("cid", NOON_MS + 9999, 5000) == ["ann", "cid"]


async def test_a_keeper_that_retires_is_not_waited_for(live: Live) -> None:
    await live.heartbeat("ann", NOON_MS, 5000)
    await live.heartbeat("ben", NOON_MS, 5000)
    for _ in range(2):
        await live.retire("ann")
    assert await live.heartbeat("ben", NOON_MS, 5000) == ["ben"]
