"""Footprints on paper are those in Redis."""

from collections.abc import AsyncIterator, Iterator
from random import Random

import pytest

from benchmarks.fairness.heap import Heap
from gameserver.game.footprints import Footprint
from gameserver.live import Live, open_live
from tests.servers.redis import RedisServer, redis_server

NOON_MS = 36 * 3_600_000
REGION = "10c6132b3"


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
async def live(server: RedisServer) -> AsyncIterator[Live]:
    server.flush()
    async with open_live(server.url) as live:
        yield live


@pytest.mark.parametrize("seed", range(20))
async def test_redis_and_paper_find_the_same_copies(live: Live, seed: int) -> None:
    rng, heap = Random(seed), Heap()
    for _ in range(60):
        player = f"p{rng.randrange(7)}"
        now_ms = NOON_MS + rng.randrange(3_600_000)
        prints = [
            Footprint(print_, 1 + print_ % 3, now_ms - rng.randrange(200_000))
            for print_ in rng.sample(range(12), rng.randrange(1, 6))
        ]
        found = await live.leave_footprints(REGION, player, prints, now_ms)
        assert sorted(found) == sorted(heap.leave(player, prints))


@pytest.mark.parametrize("seed", range(10))
async def test_redis_and_paper_count_the_same_others_at_a_spot(live: Live, seed: int) -> None:
    rng, heap, now_ms = Random(seed), Heap(), NOON_MS
    for _ in range(60):
        now_ms += rng.randrange(20_000)
        player, spot = f"p{rng.randrange(20)}", rng.randrange(3)
        found = await live.stand(REGION, player, spot, now_ms)
        assert found == heap.stand(player, spot, now_ms)
