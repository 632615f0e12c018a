"""What happens to a keeper's regions and stores while it waits for an answer."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from gameserver.game.geo import region_of
from gameserver.game.model import Offering, PlannedStore, Reservation
from gameserver.keeper.plans import Plans
from gameserver.ledger.coupons import LedgerCoupons
from gameserver.ledger.errors import LedgerUnavailable
from gameserver.ledger.ledger import open_ledger
from gameserver.ledger.stores import StoreChange
from tests.cats import some_cats
from tests.servers.game import PLACE, Game, game, plan
from tests.waiting import until

REGION = region_of(*PLACE)


def cats_are(
    street: Game, count: int, campaign: str | None = None
) -> Callable[[], Awaitable[bool]]:
    async def so() -> bool:
        cats = [cat for cat, _ in (await street.app.live.snapshot(REGION)).cats]
        return len(cats) == count and all(cat.campaign == campaign for cat in cats)

    return so


async def test_a_region_that_is_lost_and_won_back_in_one_round_is_looked_after(
    street: Game, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an outage of Redis that was longer than a lease: a spawn that waited finds the lease
    gone while the round that waited takes it anew."""
    wanted = plan()
    store = await street.store(wanted)
    await until(cats_are(street, 1))
    keeper, live = street.app.keeper, street.app.live
    heartbeat = live.heartbeat
    lost: list[str] = []
    late = some_cats(
        await planned(street, store.id), 1, street.app.gateway.street.clock(), Random()
    )

    async def losing(name: str, now_ms: int, ttl_ms: int) -> list[str]:
        if not lost:
            lost.append(REGION)
            await live.release_region(REGION, name)
            await keeper._spawn(REGION, late, now_ms)
        return await heartbeat(name, now_ms, ttl_ms)

    monkeypatch.setattr(live, "heartbeat", losing)
    await until(lambda: lost)
    await until(lambda: REGION in keeper.held)
    await street.app.ledger.merchants.put_plan(
        street.merchant, store.id, replace(wanted, cats_alive=3)
    )
    await until(cats_are(street, 3))


async def planned(street: Game, store: str) -> PlannedStore:
    found = await street.app.ledger.merchants.planned_stores(0, 100)
    return next(each for each in found if each.id == store)


async def test_cats_whose_plan_was_withdrawn_while_their_coupons_were_set_aside_go_home(
    street: Game, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = await street.campaign()
    wanted = plan(campaign=campaign.id)
    reserve = LedgerCoupons.reserve
    store_ids: list[str] = []

    async def slow(self: LedgerCoupons, asked: Sequence[Reservation], now_ms: int) -> list[int]:
        granted = await reserve(self, asked, now_ms)
        put = street.app.ledger.merchants.put_plan
        await put(street.merchant, store_ids[0], replace(wanted, cats_alive=2, campaign=None))
        await until(cats_are(street, 2))
        monkeypatch.setattr(LedgerCoupons, "reserve", reserve)
        return granted

    monkeypatch.setattr(LedgerCoupons, "reserve", slow)
    store = await street.store(replace(wanted, cats_alive=0))
    store_ids.append(store.id)
    await street.app.ledger.merchants.put_plan(street.merchant, store.id, wanted)
    await until(lambda: LedgerCoupons.reserve is reserve)
    await until(lambda: street.app.keeper.spawned >= 3)
    await until(cats_are(street, 2))


class Away(LedgerCoupons):
    """A coupon service that goes away."""

    gone = False

    async def offerings(self, campaigns: Sequence[str]) -> list[Offering]:
        if self.gone:
            raise LedgerUnavailable("away")
        return await super().offerings(campaigns)


async def test_what_a_campaign_said_last_holds_for_a_store_that_changes_while_the_service_is_away(
    tmp_path: Path,
) -> None:
    async with game(tmp_path) as street:
        campaign = await street.campaign()
        store = await street.store(plan(campaign=campaign.id))
    async with open_ledger(f"sqlite:///{tmp_path / 'catcat.db'}") as ledger:
        coupons = Away(ledger.db, lambda: 0)
        plans = Plans(ledger.merchants, coupons)
        await plans.read_stores()
        await plans.read_offerings()
        coupons.gone = True
        change = StoreChange(name="Another name")
        await ledger.merchants.update_store(street.merchant, store.id, change)
        await plans.read_stores()
        found = plans.store(store.id)
        assert found is not None
        assert found.name == "Another name"
        assert found.plan is not None
