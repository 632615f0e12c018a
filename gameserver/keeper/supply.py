"""Cats that carry coupons: first the coupons are set aside, then the cats come out.

It has a loop of its own, so that a coupon service that is slow or away keeps nothing else waiting.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from random import Random
from typing import NamedTuple

from msgspec.structs import replace

from gameserver.coupons.service import CouponService
from gameserver.game.model import Cat, Reservation
from gameserver.keeper.leftovers import RELEASE_ALL
from gameserver.keeper.region import RegionBook
from gameserver.keeper.streets import Streets
from gameserver.ledger.errors import LedgerError

log = logging.getLogger(__name__)

AGAIN_AFTER_MS = 1_000
"""When a store is looked at again for which the coupon service gave no answer."""

CATS_AT_ONCE = 500

Spawn = Callable[[str, list[Cat], int], Awaitable[None]]


class Wanted(NamedTuple):
    """A cat to be, and the region book of its store."""

    book: RegionBook
    cat: Cat


class Supply:
    """Puts out the couponed cats that stores lack."""

    def __init__(
        self,
        coupons: CouponService,
        regions: Mapping[str, RegionBook],
        streets: Streets,
        spawn: Spawn,
    ) -> None:
        self._coupons = coupons
        self._regions = regions
        self._streets = streets
        self._spawn = spawn
        self._rng = Random()
        self._stores: dict[tuple[str, str], None] = {}
        self._wake = asyncio.Event()
        self._unsure: list[str] = []
        """Cats that never come out, whose coupons may be set aside: nobody heard the answer."""

    def want(self, region: str, store_id: str) -> None:
        """A store may lack cats."""
        self._stores[region, store_id] = None
        self._wake.set()

    async def next(self) -> None:
        """Wait until a store is wanted."""
        await self._wake.wait()

    async def put_out(self, now_ms: int) -> None:
        """Look after all stores that are wanted. LiveError, LeaseLost: they are looked at again."""
        self._wake.clear()
        stores, self._stores = list(self._stores), {}
        wanted: list[Wanted] = []
        try:
            for region, store_id in stores:
                book = self._regions.get(region)
                if book is not None:
                    wanted += self._lacking(book, store_id, now_ms)
                if len(wanted) >= CATS_AT_ONCE:
                    await self._settle(wanted, now_ms)
                    wanted = []
            if wanted:
                await self._settle(wanted, now_ms)
        except BaseException:
            for region, store_id in stores:
                if region in self._regions:  # nobody knows what was done: look again
                    self._regions[region].remind(store_id, now_ms + AGAIN_AFTER_MS)
            raise

    def _lacking(self, book: RegionBook, store_id: str, now_ms: int) -> list[Wanted]:
        store, missing, _ = book.wants(store_id, now_ms)
        if store is None or not missing:
            return []
        cats = self._streets.place(store, missing, now_ms, self._rng)
        return [Wanted(book, cat) for cat in cats]

    async def _settle(self, wanted: list[Wanted], now_ms: int) -> None:
        try:
            await self._bring(wanted, now_ms)
        finally:
            self._streets.settle([cat for _, cat in wanted], self._regions)

    async def _bring(self, wanted: list[Wanted], now_ms: int) -> None:
        """Set coupons aside, and put out what may carry them, with as many catches as granted."""
        asked = [
            Reservation(cat.id, cat.campaign, cat.catches, cat.expires_ms)
            for _, cat in wanted
            if cat.campaign is not None
        ]
        try:
            grants = await self._granted(asked, now_ms) if asked else []
        except LedgerError as error:
            log.warning("no coupons can be reserved: %s", error)
            for book, cat in wanted:
                book.remind(cat.store, now_ms + AGAIN_AFTER_MS)
            return
        granted = {each.reservation: count for each, count in zip(asked, grants, strict=True)}
        carried: dict[str, list[Cat]] = {}
        without: dict[str, RegionBook] = {}
        for book, cat in wanted:
            count = cat.catches if cat.campaign is None else granted[cat.id]
            if count <= 0:
                without[cat.store] = book
                continue
            book.granted(cat.store)
            carried.setdefault(book.name, []).append(replace(cat, catches=count))
        for store_id, book in without.items():
            book.sold_out(store_id, now_ms)
        for name, cats in carried.items():
            await self._spawn(name, cats, now_ms)
            # Their plan may be another by now: then they go home again.
            held = self._regions.get(name)
            if held is not None:
                for cat in cats:
                    held.remind(cat.store, now_ms)

    async def _granted(self, asked: list[Reservation], now_ms: int) -> list[int]:
        """How many are set aside for each. LedgerError: then they are given back next time.

        So a service whose answers are lost has never more set aside than was asked at once.
        """
        if self._unsure:
            await self._coupons.release([(cat, RELEASE_ALL) for cat in self._unsure], now_ms)
        self._unsure = [each.reservation for each in asked]
        grants = await self._coupons.reserve(asked, now_ms)
        self._unsure = []
        return grants
