"""The keeper of one process: it looks after the regions that it holds.

A round, twice a second, reads what happened (feeds), takes home what is due, and puts out what is
missing. What needs the coupon service has loops of its own (plans' campaigns, cats that carry
coupons, leftovers), so that its absence delays nothing else.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from itertools import chain
from random import Random
from time import perf_counter

from gameserver.awards.awards import Awards
from gameserver.coupons.service import CouponService
from gameserver.game.model import Cat, PlannedStore
from gameserver.game.no_spawn import NoSpawn
from gameserver.histogram import Histogram
from gameserver.keeper.leftovers import RELEASE_ALL, Leftovers
from gameserver.keeper.plans import Plans
from gameserver.keeper.region import RegionBook
from gameserver.keeper.shares import Shares
from gameserver.keeper.streets import Streets
from gameserver.keeper.supply import Supply
from gameserver.ledger.database import LedgerError
from gameserver.ledger.merchants import Merchants
from gameserver.live.errors import LeaseLost, LiveError
from gameserver.live.live import Live

log = logging.getLogger(__name__)

Step = Callable[[int], Awaitable[None]]

ROUND_EVERY_S = 0.5
SHARES_EVERY_MS = 1_000
OFFERINGS_EVERY_S = 1.0
FINISH_EVERY_S = 1.0
RELEASE_EVERY_S = 5.0
SUPPLY_PAUSE_S = 0.05
SWEEP_MOST = 500
REDRAWN_APART_MS = 10
SNAPSHOTS_AT_ONCE = 16


class Keeper:
    """Keeps this process's share of the regions."""

    def __init__(
        self, name: str, live: Live, awards: Awards, books: "Books", clock: Callable[[], int]
    ) -> None:
        self._name = name
        self._live = live
        self._coupons = books.coupons
        self._clock = clock
        self._rng = Random()
        self._plans = Plans(books.merchants, books.coupons)
        self._shares = Shares(name, live)
        self._shares_ms = 0
        self._regions: dict[str, RegionBook] = {}
        self._region_of: dict[str, str] = {}
        self._streets = Streets(books.no_spawn)
        self._supply = Supply(books.coupons, self._regions, self._streets, self._spawn)
        self.leftovers = Leftovers(live, awards, books.coupons)
        self.spawned = 0
        self.rounds = Histogram()
        """Seconds per round."""

    @property
    def held(self) -> frozenset[str]:
        """The regions that this keeper holds now."""
        return frozenset(self._shares.held)

    def redraw(self, no_spawn: NoSpawn) -> None:
        """Other areas hold from now on: look at every store again, one after the other, for the
        ground of each has to be worked out anew.
        """
        self._streets.redraw(no_spawn)
        now_ms = self._clock()
        all_stores = ((book, store) for book in self._regions.values() for store in book.stores)
        for number, (book, store) in enumerate(all_stores):
            book.remind(store, now_ms + number * REDRAWN_APART_MS)

    def limited_stores(self) -> Iterable[PlannedStore]:
        """All stores that want no more than so many players at once, whoever keeps them."""
        return self._plans.limited()

    def players_at(self, players: Mapping[str, int]) -> None:
        """Take in how many players are at such stores of the regions that this keeper holds."""
        self._streets.players = players

    async def keep(self) -> None:
        """Run until cancelled, then give the regions up. Outages only delay."""
        try:
            async with asyncio.TaskGroup() as loops:
                loops.create_task(
                    self._every(ROUND_EVERY_S, "the keeper's round", self._timed_round)
                )
                loops.create_task(self._follow_offerings())
                loops.create_task(self._follow_supply())
                loops.create_task(self._every(FINISH_EVERY_S, "finishing claims", self._finish))
                loops.create_task(
                    self._every(RELEASE_EVERY_S, "releasing reservations", self._release)
                )
        finally:
            try:
                async with asyncio.timeout(1.0):
                    await self._shares.give_up()
            except (LiveError, TimeoutError):
                log.info("leases are left to run out")

    async def _every(self, every_s: float, name: str, step: Step) -> None:
        loop = asyncio.get_running_loop()
        while True:
            started_s = loop.time()
            await self._guarded(name, step)
            await asyncio.sleep(max(0.05, every_s - (loop.time() - started_s)))

    async def _guarded(self, name: str, step: Step) -> None:
        """One step's trouble is not the others'."""
        try:
            await step(self._clock())
        except (LiveError, LedgerError) as error:
            log.warning("%s put off: %s", name, error)
        except Exception:
            log.exception("%s failed", name)

    async def _timed_round(self, now_ms: int) -> None:
        started_s = perf_counter()
        try:
            await self._round(now_ms)
        finally:
            self.rounds.add(perf_counter() - started_s)

    async def _round(self, now_ms: int) -> None:
        if now_ms >= self._shares_ms:
            self._shares_ms = now_ms + SHARES_EVERY_MS
            try:
                await self._plans.read_stores()
            except LedgerError as error:
                log.warning("plans can't be read: %s", error)
            if not self._plans.are_known:
                return  # a region whose stores aren't known would lose its cats
            await self._share(now_ms)
        self._replan(now_ms)
        await self._follow_feeds(now_ms)
        await self._guarded("taking cats home", self._take_home)
        await self._guarded("putting cats out", self._put_out)

    async def _finish(self, now_ms: int) -> None:
        await self.leftovers.finish_claims(list(self._regions), now_ms)
        await self.leftovers.finish_owed(self.held, now_ms)

    async def _release(self, now_ms: int) -> None:
        # What is still owed may come out of a reservation whose cat is long gone.
        await self.leftovers.finish_owed(self.held, now_ms)
        await self.leftovers.release_lapsed(self.held, now_ms)

    async def _follow_offerings(self) -> None:
        """Until cancelled: at once for a campaign that is new, else once in a while."""
        while True:
            await self._guarded("reading campaigns", lambda _: self._plans.read_offerings())
            await asyncio.sleep(SUPPLY_PAUSE_S)
            try:
                async with asyncio.timeout(OFFERINGS_EVERY_S):
                    await self._plans.strange.wait()
            except TimeoutError:
                continue

    async def _follow_supply(self) -> None:
        while True:
            await self._supply.next()
            await self._guarded("putting out cats with coupons", self._supply.put_out)
            await asyncio.sleep(SUPPLY_PAUSE_S)

    # --- what changed ---

    def _replan(self, now_ms: int) -> None:
        for store_id in self._plans.changed():
            region = self._plans.region(store_id)
            before = self._region_of.get(store_id)
            if before is not None and before != region and before in self._regions:
                self._regions[before].drop(store_id, now_ms)
            self._region_of[store_id] = region
            if region in self._regions:
                self._plan(self._regions[region], store_id, now_ms)

    def _plan(self, book: RegionBook, store_id: str, now_ms: int) -> None:
        store = self._plans.store(store_id)
        if store is None:
            book.leave_alone(store_id)
        else:
            book.plan(store, now_ms)

    async def _share(self, now_ms: int) -> None:
        await self._shares.round(self._plans.regions, now_ms)
        # Not what this round gained: a region can be lost beside it (`_lose`) and won back in it.
        for name in self._regions.keys() - self._shares.held:
            self._regions.pop(name).close()
        for name in self._shares.held - self._regions.keys():
            book = self._regions[name] = RegionBook(name, self._streets)
            for store_id in self._plans.in_region(name):
                self._plan(book, store_id, now_ms)

    async def _follow_feeds(self, now_ms: int) -> None:
        new = [name for name, book in self._regions.items() if book.cursor is None]
        for start in range(0, len(new), SNAPSHOTS_AT_ONCE):
            names = new[start : start + SNAPSHOTS_AT_ONCE]
            snapshots = await asyncio.gather(*(self._live.snapshot(name) for name in names))
            for name, snapshot in zip(names, snapshots, strict=True):
                if name in self._regions:
                    self._regions[name].start_over(cat for cat, _ in snapshot.cats)
                    self._regions[name].cursor = snapshot.last_id
        cursors = {
            name: book.cursor for name, book in self._regions.items() if book.cursor is not None
        }
        if not cursors:
            return
        events = await self._live.read(cursors, None)
        for name, news in events.regions.items():
            book = self._regions.get(name)
            for event in news if book is not None else ():
                assert book is not None
                if event.cat is not None:
                    book.appeared(event.cat)
                else:
                    book.vanished(event.cat_id, now_ms)
                book.cursor = event.id
        for name in events.lost:
            if name in self._regions:
                self._regions[name].cursor = None

    # --- cats home and out ---

    async def _take_home(self, now_ms: int) -> None:
        names = [name for name, book in self._regions.items() if book.sweep_is_due(now_ms)]
        due = await asyncio.gather(
            *(self._live.due_cats(name, now_ms, SWEEP_MOST) for name in names)
        )
        for name, ids in zip(names, due, strict=True):
            book = self._regions.get(name)
            if book is None:
                continue
            if ids and not await self._fenced(
                name, self._live.expire_cats(name, ids, self._name, now_ms)
            ):
                continue
            for cat_id in ids:
                book.vanished(cat_id, now_ms)
            if len(ids) < SWEEP_MOST:
                book.swept(now_ms)

    async def _put_out(self, now_ms: int) -> None:
        looked_at = [
            (book, store_id) for book in self._regions.values() for store_id in book.due(now_ms)
        ]
        cats: dict[str, list[Cat]] = {}
        try:
            for book, store_id in looked_at:
                cats.setdefault(book.name, []).extend(await self._tend(book, store_id, now_ms))
            for name, new in cats.items():
                if new:
                    await self._spawn(name, new, now_ms)
        except (LiveError, LedgerError):
            for book, store_id in looked_at:
                book.remind(store_id, now_ms)  # nobody knows what was done: look again
            raise
        finally:
            self._streets.settle(chain.from_iterable(cats.values()), self._regions)

    async def _tend(self, book: RegionBook, store_id: str, now_ms: int) -> list[Cat]:
        """Withdraw the cats that a store must not have; those that are to come out now."""
        store, missing, stale = book.wants(store_id, now_ms)
        if stale and await self._fenced(
            book.name, self._live.withdraw_cats(book.name, stale, self._name, now_ms)
        ):
            for cat_id in stale:
                book.vanished(cat_id, now_ms)
        if store is None or store.plan is None or not missing:
            return []
        if store.plan.campaign is not None:
            self._supply.want(book.name, store_id)
            return []
        return self._streets.place(store, missing, now_ms, self._rng)

    async def _spawn(self, name: str, cats: list[Cat], now_ms: int) -> None:
        try:
            alive = set(await self._live.spawn_cats(name, cats, self._name, now_ms))
        except LeaseLost:
            self._lose(name)
            await self._release_unused([cat.id for cat in cats if cat.campaign is not None], now_ms)
            return
        book = self._regions.get(name)
        if book is None:
            return  # lost meanwhile; these stand, as the next keeper will see
        for cat in cats:
            if cat.id in alive:
                book.appeared(cat)
        self.spawned += len(alive)

    async def _release_unused(self, cats: list[str], now_ms: int) -> None:
        """Give back what was set aside for cats that the next keeper will not see.

        One may be out all the same: by an earlier try, the reply to which was lost.
        """
        there = await self._live.alive(cats)
        unused = [(cat, RELEASE_ALL) for cat, is_out in zip(cats, there, strict=True) if not is_out]
        if unused:
            await self._coupons.release(unused, now_ms)

    async def _fenced(self, name: str, call: Awaitable[None]) -> bool:
        """Run a call that the region's lease guards; False where the lease is lost."""
        try:
            await call
        except LeaseLost:
            self._lose(name)
            return False
        return True

    def _lose(self, name: str) -> None:
        self._shares.lose(name)
        book = self._regions.pop(name, None)
        if book is not None:
            book.close()


class Books:
    """The parts of the books that a keeper works with, and the map that it was given."""

    def __init__(
        self, coupons: CouponService, merchants: Merchants, no_spawn: NoSpawn | None = None
    ) -> None:
        self.coupons = coupons
        self.merchants = merchants
        self.no_spawn = no_spawn
