"""A city full of cats: its stores in the books, its cats in Redis, as a keeper left them.

The stores have spawn plans that the cats fulfil, so a server that starts adopts the cats and its
keeper has nothing to do but to look after them.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import cos, radians
from pathlib import Path
from random import Random

from msgspec import Struct
from sqlalchemy import Connection

from gameserver.game.geo import METRES_PER_DEG
from gameserver.game.model import Cat, PlannedStore, SpawnPlan
from gameserver.game.tokens import make_token
from gameserver.keeper.streets import Streets
from gameserver.ledger.ledger import Ledger, open_ledger
from gameserver.ledger.stores import NewStore, put_plan
from gameserver.live import Live, open_live
from gameserver.live.embedded import embedded_redis

CENTRE = (1.3015, 103.8420)
CITY_M = 40_000.0
LIFETIME_S = 86_400
RADIUS_M = 1_000.0
SIDE = 32
"""Stores stand on a grid of SIDE x SIDE, near enough for their cats to leave no gaps."""

LOADER = "benchmark"
LEASE_MS = 60_000
HOUR_MS = 3_600_000


class City(Struct, frozen=True):
    """Stores of a game that a server can be started on."""

    data_dir: Path
    redis_url: str
    redis_pid: int
    secret: bytes

    @property
    def serve(self) -> list[str]:
        """The words that serve it, on any free port. No limit is relaxed but that of sockets."""
        return [
            "gameserver", "serve", "--port", "0", "--data-dir", str(self.data_dir),
            "--redis", self.redis_url, "--log-level", "warning", "--max-sockets", "0",
        ]  # fmt: skip

    def token(self, player: str) -> str:
        """A player's token, good for an hour."""
        return make_token(self.secret, player, time.time_ns() // 1_000_000 + HOUR_MS)


def somewhere(rng: Random) -> tuple[float, float]:
    """A place in the city, in degrees."""
    return _place(rng.random(), rng.random())


def corners() -> list[tuple[float, float]]:
    """SIDE x SIDE places on a grid: 1,250 m apart, so that no view reaches to the next."""
    return [_place((x + 0.5) / SIDE, (y + 0.5) / SIDE) for x in range(SIDE) for y in range(SIDE)]


def _place(north: float, east: float) -> tuple[float, float]:
    """The place at these shares of the city's sides."""
    side_deg = CITY_M / METRES_PER_DEG
    lat = CENTRE[0] + side_deg * (north - 0.5)
    return lat, CENTRE[1] + side_deg * (east - 0.5) / cos(radians(CENTRE[0]))


@asynccontextmanager
async def city(cats: int) -> AsyncIterator[City]:
    """A city with so many cats, spread evenly over 40 km x 40 km; gone with the block.

    Its redis-server runs on this process's core, with the settings of the embedded one.
    """
    async with empty_city() as (found, ledger, live):
        rng = Random(7)
        stores = await _open_stores(ledger, cats)
        await put_out(live, [cat for store in stores for cat in _cats_of(store, rng)])
        yield found


@asynccontextmanager
async def empty_city() -> AsyncIterator[tuple[City, Ledger, Live]]:
    """A city with its Redis and its books, and nothing in them."""
    with tempfile.TemporaryDirectory(prefix="cat-bench-", ignore_cleanup_errors=True) as name:
        data_dir = Path(name)
        url = f"sqlite:///{data_dir / 'catcat.db'}"
        async with (
            embedded_redis(data_dir) as redis,
            open_ledger(url, migrate=True) as ledger,
            open_live(redis.url) as live,
        ):
            secret = await ledger.players.secret()
            yield City(data_dir, redis.url, redis.pid, secret), ledger, live


async def _open_stores(ledger: Ledger, cats: int) -> list[PlannedStore]:
    merchant = (await ledger.merchants.add_merchant("The City")).id
    count = SIDE * SIDE
    wanted = [
        NewStore(name=f"Store {number}", lat=lat, lon=lon, timezone="Asia/Singapore")
        for number, (lat, lon) in enumerate(corners())
    ]
    made = await ledger.merchants.create_stores(merchant, wanted)
    assert isinstance(made, list)
    share = {
        store.id: (number + 1) * cats // count - number * cats // count
        for number, store in enumerate(made)
    }
    await ledger.db.write(_put_plans, merchant, share)
    planned: list[PlannedStore] = []
    while len(planned) < count:
        since = planned[-1].rev if planned else 0
        planned += await ledger.merchants.planned_stores(since, 1_000)
    return planned


def _put_plans(connection: Connection, merchant: str, share: dict[str, int]) -> None:
    for store, alive in share.items():
        plan = SpawnPlan(alive, LIFETIME_S, RADIUS_M, {"parcel": 1.0})
        put_plan(connection, merchant, store, plan)


def _cats_of(store: PlannedStore, rng: Random) -> list[Cat]:
    assert store.plan is not None
    now_ms = time.time_ns() // 1_000_000
    return Streets().place(store, store.plan.cats_alive, now_ms, rng)


async def put_out(live: Live, cats: list[Cat]) -> None:
    """Put cats on the street as the keeper of all their regions."""
    by_region: dict[str, list[Cat]] = {}
    for cat in cats:
        by_region.setdefault(cat.id.partition("-")[0], []).append(cat)
    for region, here in by_region.items():
        for start in range(0, len(here), 5_000):
            assert await live.acquire_region(region, LOADER, LEASE_MS)
            now_ms = time.time_ns() // 1_000_000
            some = here[start : start + 5_000]
            assert len(await live.spawn_cats(region, some, LOADER, now_ms)) == len(some)
    await asyncio.gather(*(live.release_region(region, LOADER) for region in by_region))
