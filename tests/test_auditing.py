"""`catcat audit` holds the books against the live world; beside traffic it raises no alarm."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from catbot.options import Options
from catbot.running import run
from msgspec import Struct
from msgspec.structs import replace as replace_struct
from sqlalchemy import Connection, update

from gameserver.auditing import FINISHED_WITHIN_MS, RELEASED_WITHIN_MS, audit_stores
from gameserver.config import Config
from gameserver.coupon_server import running_coupons
from gameserver.game.geo import region_of
from gameserver.game.model import Cat, Claim, IssueItem, Reservation, SpawnPlan
from gameserver.ledger.audit import INVARIANTS
from gameserver.ledger.ledger import Ledger, open_ledger
from gameserver.ledger.reservations import LAPSE_GRACE_MS
from gameserver.ledger.tables import coupons
from gameserver.live import Live, Won, open_live
from gameserver.services import wall_clock_ms
from tests.ledger.shop import campaign, open_shop
from tests.live.street import KEEPER, LEASE_MS, cat, claim
from tests.servers.catcat import CatCat, catcat_demo
from tests.servers.redis import redis_server
from tests.waiting import until

OUTBOX_WAITS = "nothing in an outbox waits to be finished"
OWED = "no coupon is owed for long"
APART = "every catch has the coupon that its cat carried, at the coupon service"
NO_CAT = "no reservation without a live cat or an open lease"

LONG_AGO_MS = RELEASED_WITHIN_MS + LAPSE_GRACE_MS + 1_000


class World(Struct, frozen=True):
    """The books of a shop with a campaign, the live world of its region, and their audit."""

    ledger: Ledger
    live: Live
    campaign: str
    region: str
    config: Config

    async def broken(self) -> set[str]:
        return {check.name for check in await audit_stores(self.config) if not check.ok}

    async def reserve(self, name: str, *, ended_ms: int) -> Cat:
        """Set a coupon aside for a cat whose time ended so long ago."""
        expires_ms = wall_clock_ms() - ended_ms
        made = cat(name, campaign=self.campaign, region=self.region, expires_ms=expires_ms)
        wanted = Reservation(made.id, self.campaign, 1, expires_ms)
        assert await self.ledger.coupons.reserve([wanted], expires_ms - 1) == [1]
        return made

    async def spawn(self, name: str, *, ended_ms: int) -> Cat:
        """Put such a cat on the street, with its coupon; nobody has taken it home."""
        made = await self.reserve(name, ended_ms=ended_ms)
        assert await self.live.acquire_region(self.region, KEEPER, LEASE_MS)
        before_ms = made.expires_ms - 1
        assert await self.live.spawn_cats(self.region, [made], KEEPER, before_ms) == [made.id]
        return made

    async def claim(self, of: Cat, *, ago_ms: int) -> None:
        """Claim a cat as a gateway that died right afterwards, so long ago."""
        made = claim(of, "alice", at_ms=wall_clock_ms() - ago_ms)
        assert isinstance(await self.live.claim_cat(made, made.at_ms), Won)


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    with redis_server() as redis:
        async with open_ledger(sqlite_url) as ledger, open_live(redis.url) as live:
            shop = await open_shop(ledger)
            sale = await campaign(ledger, shop, 20)
            plan = SpawnPlan(1, 600, 50.0, {"bobbin": 1.0}, sale)  # only then may there be cats
            await ledger.merchants.put_plan(shop.merchant, shop.store, plan)
            config = Config(redis=redis.url, database=sqlite_url)
            yield World(ledger, live, sale, region_of(31.2, 121.5), config)


async def a_claim_that_nobody_finished(world: World) -> None:
    cat = await world.spawn("waits", ended_ms=-60_000)
    await world.claim(cat, ago_ms=FINISHED_WITHIN_MS + 1_000)


async def a_reservation_whose_cat_never_came(world: World) -> None:
    await world.reserve("never", ended_ms=LONG_AGO_MS)


async def a_coupon_that_never_came(world: World) -> None:
    owing = a_catch(world, ago_ms=FINISHED_WITHIN_MS + 1_000)
    await world.ledger.catches.record([owing], owing.at_ms, {owing.catch})


def a_catch(world: World, *, ago_ms: int) -> Claim:
    carried = cat("caught", campaign=world.campaign, region=world.region)
    return claim(carried, "alice", at_ms=wall_clock_ms() - ago_ms)


DAMAGE: dict[str, Callable[[World], Awaitable[None]]] = {
    OUTBOX_WAITS: a_claim_that_nobody_finished,
    NO_CAT: a_reservation_whose_cat_never_came,
    OWED: a_coupon_that_never_came,
}


@pytest.mark.parametrize("name", DAMAGE)
async def test_where_books_and_live_world_part_it_is_named(world: World, name: str) -> None:
    assert await world.broken() == set()
    await DAMAGE[name](world)
    assert await world.broken() == {name}


async def test_there_is_damage_for_every_check(world: World) -> None:
    names = [check.name for check in await audit_stores(world.config)]
    assert sorted(names) == sorted([*(each.name for each in INVARIANTS), *DAMAGE])


async def test_catches_are_held_against_the_coupons_of_another_service(
    world: World, tmp_path: Path
) -> None:
    """A catch is in order once its coupon is there, as its catcher's and its cat's."""
    alone = Config(port=0, data_dir=tmp_path)
    async with running_coupons(alone) as url:
        key = alone.service_key()
        apart = replace(world.config, coupons=url, coupons_key=key)

        async def broken() -> set[str]:
            return {check.name for check in await audit_stores(apart) if not check.ok}

        async with open_ledger(alone.database_url) as books:
            sale = await campaign(books, await open_shop(books), 5)
            caught = replace_struct(a_catch(world, ago_ms=1_000), campaign=sale)
            await world.ledger.catches.record([caught], caught.at_ms)
            assert await broken() == {APART}
            item = IssueItem(caught.catch, caught.cat, "mallory", sale, caught.store, caught.at_ms)
            await books.coupons.issue([item], caught.at_ms)
            assert await broken() == {APART}
            await books.db.write(give_coupons_to, caught.player)
            assert await broken() == set()
            await books.coupons.forget(caught.player)
            assert await broken() == set()
        names = {check.name for check in await audit_stores(apart)}
        assert not names & {each.name for each in INVARIANTS if each.spans}


def give_coupons_to(connection: Connection, player: str) -> None:
    connection.execute(update(coupons).values(player_id=player))


async def test_what_is_under_way_is_no_damage(world: World) -> None:
    """A young claim, a lease that has just run out, and a cat that is late going home."""
    fresh = await world.spawn("fresh", ended_ms=-60_000)
    await world.claim(fresh, ago_ms=FINISHED_WITHIN_MS // 2)
    await world.reserve("lapsing", ended_ms=RELEASED_WITHIN_MS // 2)
    await world.spawn("late", ended_ms=LONG_AGO_MS)
    assert await world.broken() == set()


async def test_a_cat_that_went_home_and_was_not_finished_is_named(world: World) -> None:
    """Its entry holds its reservation, which nobody would look at otherwise."""
    gone = await world.spawn("gone", ended_ms=LONG_AGO_MS)
    await world.live.expire_cats(world.region, [gone.id], KEEPER, gone.expires_ms)
    assert await world.broken() == {OUTBOX_WAITS}


async def test_a_reservation_is_held_by_a_claim_that_is_not_finished(world: World) -> None:
    """It is the claim that is in the way, and that is named."""
    gone = await world.spawn("gone", ended_ms=LONG_AGO_MS)
    await world.claim(gone, ago_ms=LONG_AGO_MS + 1_000)
    await world.live.expire_cats(world.region, [gone.id], KEEPER, gone.expires_ms)
    assert await world.broken() == {OUTBOX_WAITS}


@asynccontextmanager
async def bots(server: CatCat) -> AsyncIterator[None]:
    """A hundred of them, catching, while the block runs."""
    options = Options(url=server.url, players=100, ramp_s=2.0, duration_s=60.0, seed=5)
    playing = asyncio.create_task(run(options))
    try:
        await until(lambda: caught(server, 20))
        yield
    finally:
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)


async def caught(server: CatCat, most: int) -> bool:
    return await server.metric("catcat_catches_total") > most


@pytest.mark.slow
async def test_an_audit_beside_a_hundred_players_raises_no_alarm() -> None:
    async with catcat_demo() as server, bots(server):
        config = Config(data_dir=server.data_dir)
        enough = asyncio.get_running_loop().time() + 8.0
        while asyncio.get_running_loop().time() < enough:
            checks = await audit_stores(config)
            assert [check for check in checks if not check.ok] == []
        before = await server.metric("catcat_catches_total")
        await until(lambda: caught(server, int(before)))
