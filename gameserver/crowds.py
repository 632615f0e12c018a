"""Stores that want no more than so many players at once: who is there is counted here.

Every process counts its own players around every such store, and says so in Redis; the keeper of
the store's region hears the sum, and lets no new cats come while it is too high.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

import h3.api.basic_int as h3

from gameserver.game.geo import great_circle_m
from gameserver.game.model import PlannedStore
from gameserver.gateway.roster import Seat
from gameserver.gateway.tally import places
from gameserver.keeper.keeper import Keeper
from gameserver.live.errors import LiveError
from gameserver.live.live import Live

log = logging.getLogger(__name__)

COUNT_EVERY_S = 2.0

_RES = 8
_RING_M = 600.0
"""What another ring of these cells covers at the least, wherever on the globe."""


class Crowds:
    """Counts the players of one process."""

    def __init__(self, process: str, live: Live, keeper: Keeper, seats: Mapping[str, Seat]) -> None:
        self._process = process
        self._live = live
        self._keeper = keeper
        self._seats = seats
        self._said: set[str] = set()
        """The regions of which something other than nothing was said last time."""

    async def follow(self, clock: Callable[[], int]) -> None:
        """Until cancelled. An outage only delays."""
        while True:
            try:
                await self.count(clock())
            except LiveError as error:
                log.warning("players at stores can't be counted: %s", error)
            await asyncio.sleep(COUNT_EVERY_S)

    async def count(self, now_ms: int) -> None:
        """Count once, say it, and tell the keeper. LiveError."""
        stores = {store.id: store for store in self._keeper.limited_stores()}
        here = await self._players_at(stores, now_ms)
        by_region: dict[str, Counter[str]] = {}
        for store_id, count in here.items():
            by_region.setdefault(stores[store_id].region, Counter())[store_id] = count
        mine = {store.region for store in stores.values()} & self._keeper.held
        asked = sorted(mine | by_region.keys() | self._said)
        self._said = set(by_region)
        totals = await asyncio.gather(
            *(
                self._live.say_crowd(region, self._process, by_region.get(region, {}), now_ms)
                for region in asked
            )
        )
        there = Counter[str]()
        for region, total in zip(asked, totals, strict=True):
            if region in mine:
                there.update(total)
        self._keeper.players_at(there)

    async def _players_at(self, stores: Mapping[str, PlannedStore], now_ms: int) -> Counter[str]:
        near = _by_cell(stores.values())
        here = Counter[str]()
        if not near:
            return here
        async for some in places(self._seats, now_ms):
            for lat, lon in some:
                for store in near.get(h3.latlng_to_cell(lat, lon, _RES), ()):
                    if great_circle_m(lat, lon, store.lat, store.lon) <= _reach_m(store):
                        here[store.id] += 1
        return here


def _by_cell(stores: Iterable[PlannedStore]) -> dict[int, list[PlannedStore]]:
    """The stores at which a player may be who is in a cell."""
    near: dict[int, list[PlannedStore]] = {}
    for store in stores:
        middle = h3.latlng_to_cell(store.lat, store.lon, _RES)
        for cell in h3.grid_disk(middle, 1 + int(_reach_m(store) / _RING_M)):
            near.setdefault(cell, []).append(store)
    return near


def _reach_m(store: PlannedStore) -> float:
    """How near a player is who can catch one of the store's cats, wherever it stands."""
    assert store.plan is not None
    return store.plan.radius_m + store.catch_m
