"""The keeper of one process: a round twice a second over the regions that it holds.

A round reads what happened (feeds), takes home what is due, puts out what is missing (coupons are
reserved before a cat carries them), and finishes outbox entries that nobody finished.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from random import Random

from msgspec.structs import replace

from gameserver.awards import Awards
from gameserver.game.model import Cat, PlannedStore, Reservation
from gameserver.game.spawning import cats_for
from gameserver.keeper.leftovers import RELEASE_ALL, Leftovers
from gameserver.keeper.region import RegionBook
from gameserver.keeper.shares import Shares
from gameserver.ledger.coupons import CouponService
from gameserver.ledger.database import LedgerError
from gameserver.ledger.merchants import Merchants
from gameserver.live.errors import LeaseLost, LiveError
from gameserver.live.live import Live

log = logging.getLogger(__name__)

Step = Callable[[int], Awaitable[None]]

ROUND_EVERY_S = 0.5
SHARES_EVERY_MS = 1_000
EVERY_MS = {
    "taking cats home": 0,
    "putting cats out": 0,
    "finishing claims": 1_000,
    "releasing reservations": 30_000,
}
SWEEP_MOST = 500
SNAPSHOTS_AT_ONCE = 16
PLANS_PAGE = 1_000


class Keeper:
    """Keeps this process's share of the regions."""

    def __init__(
        self, name: str, live: Live, awards: Awards, books: "Books", clock: Callable[[], int]
    ) -> None:
        self._name = name
        self._live = live
        self._awards = awards
        self._coupons = books.coupons
        self._merchants = books.merchants
        self._clock = clock
        self._rng = Random()
        self._shares = Shares(name, live)
        self._regions: dict[str, RegionBook] = {}
        self._stores: dict[str, PlannedStore] = {}
        self._by_region: dict[str, set[str]] = {}
        self._rev = 0
        self._regions_rev = -1
        """The state of the plans for which `_all_regions` were read."""
        self._all_regions: frozenset[str] = frozenset()
        self._knows_plans = False
        self._next_ms: dict[str, int] = {}
        self._steps: tuple[tuple[str, Step], ...] = (
            ("taking cats home", self._take_home),
            ("putting cats out", self._put_out),
            ("finishing claims", self._drain),
            ("releasing reservations", self._release),
        )
        self.leftovers = Leftovers(live, awards, books.coupons)
        self.spawned = 0

    @property
    def held(self) -> frozenset[str]:
        """The regions that this keeper holds now."""
        return frozenset(self._shares.held)

    async def keep(self) -> None:
        """Run until cancelled, then give the regions up. Outages only delay."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                started_s = loop.time()
                try:
                    await self._round()
                except (LiveError, LedgerError) as error:
                    log.warning("keeper round put off: %s", error)
                await asyncio.sleep(max(0.05, ROUND_EVERY_S - (loop.time() - started_s)))
        finally:
            try:
                async with asyncio.timeout(1.0):
                    await self._shares.give_up()
            except (LiveError, TimeoutError):
                log.info("leases are left to run out")

    async def _round(self) -> None:
        now_ms = self._clock()
        if self._is_time("shares", SHARES_EVERY_MS, now_ms):
            try:
                await self._follow_plans(now_ms)
            except LedgerError as error:
                log.warning("plans can't be read: %s", error)
            if not self._knows_plans:
                return  # a region whose stores aren't known would lose its cats
            await self._share(now_ms)
        await self._follow_feeds(now_ms)
        for due, step in self._steps:
            if self._is_time(due, EVERY_MS[due], now_ms):
                await self._guarded(due, step, now_ms)

    async def _guarded(self, name: str, step: Step, now_ms: int) -> None:
        """One step's trouble is not the others'."""
        try:
            await step(now_ms)
        except (LiveError, LedgerError) as error:
            log.warning("%s put off: %s", name, error)
        except Exception:
            log.exception("%s failed", name)

    async def _drain(self, now_ms: int) -> None:
        await self.leftovers.finish_claims(list(self._regions), now_ms)

    async def _release(self, now_ms: int) -> None:
        await self.leftovers.release_lapsed(self.held, now_ms)

    def _is_time(self, what: str, every_ms: int, now_ms: int) -> bool:
        if now_ms < self._next_ms.get(what, 0):
            return False
        self._next_ms[what] = now_ms + every_ms
        return True

    # --- what changed ---

    async def _follow_plans(self, now_ms: int) -> None:
        while True:
            stores = await self._merchants.planned_stores(self._rev, PLANS_PAGE)
            for store in stores:
                self._rev = max(self._rev, store.rev)
                self._replan(store, now_ms)
            if len(stores) < PLANS_PAGE:
                break
        if self._rev != self._regions_rev:
            # Also those that stores have left: their cats and claims want a keeper, too.
            self._all_regions = frozenset(await self._merchants.regions())
            self._regions_rev = self._rev
        self._knows_plans = True

    def _replan(self, store: PlannedStore, now_ms: int) -> None:
        before = self._stores.get(store.id)
        if before is not None and before.region != store.region:
            self._by_region[before.region].discard(store.id)
            if before.region in self._regions:
                self._regions[before.region].drop(store.id, now_ms)
        self._stores[store.id] = store
        self._by_region.setdefault(store.region, set()).add(store.id)
        if store.region in self._regions:
            self._regions[store.region].plan(store, now_ms)

    async def _share(self, now_ms: int) -> None:
        gained, lost = await self._shares.round(self._all_regions, now_ms)
        for name in lost:
            self._regions.pop(name, None)
        for name in gained:
            book = self._regions[name] = RegionBook(name)
            for store_id in self._by_region.get(name, ()):
                book.plan(self._stores[store_id], now_ms)

    async def _follow_feeds(self, now_ms: int) -> None:
        new = [name for name, book in self._regions.items() if book.cursor is None]
        for start in range(0, len(new), SNAPSHOTS_AT_ONCE):
            names = new[start : start + SNAPSHOTS_AT_ONCE]
            snapshots = await asyncio.gather(*(self._live.snapshot(name) for name in names))
            for name, snapshot in zip(names, snapshots, strict=True):
                self._regions[name].start_over(cat for cat, _ in snapshot.cats)
                self._regions[name].cursor = snapshot.last_id
        cursors = {
            name: book.cursor for name, book in self._regions.items() if book.cursor is not None
        }
        if not cursors:
            return
        events = await self._live.read(cursors, None)
        for name, news in events.regions.items():
            book = self._regions[name]
            for event in news:
                if event.cat is not None:
                    book.appeared(event.cat)
                else:
                    book.vanished(event.cat_id, now_ms)
                book.cursor = event.id
        for name in events.lost:
            self._regions[name].cursor = None

    # --- cats home and out ---

    async def _take_home(self, now_ms: int) -> None:
        names = [name for name, book in self._regions.items() if book.sweep_is_due(now_ms)]
        due = await asyncio.gather(
            *(self._live.due_cats(name, now_ms, SWEEP_MOST) for name in names)
        )
        for name, ids in zip(names, due, strict=True):
            book = self._regions[name]
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
        try:
            await self._tend(looked_at, now_ms)
        except (LiveError, LedgerError):
            for book, store_id in looked_at:
                book.remind(store_id, now_ms)  # nobody knows what was done: look again
            raise

    async def _tend(self, stores: Sequence[tuple[RegionBook, str]], now_ms: int) -> None:
        """Withdraw the cats that a store must not have, and put out those that it lacks."""
        wanted: list[tuple[RegionBook, PlannedStore, Cat]] = []
        for book, store_id in stores:
            store, missing, stale = book.wants(store_id, now_ms)
            if stale and await self._fenced(
                book.name, self._live.withdraw_cats(book.name, stale, self._name, now_ms)
            ):
                for cat_id in stale:
                    book.vanished(cat_id, now_ms)
            if store is not None and missing:
                cats = cats_for(store, missing, now_ms, self._rng)
                wanted.extend((book, store, cat) for cat in cats)
        if not wanted:
            return
        carried = await self._reserve(wanted, now_ms)
        cats_of: dict[str, list[Cat]] = {}
        for book, _, cat in carried:
            cats_of.setdefault(book.name, []).append(cat)
        for name, cats in cats_of.items():
            await self._spawn(name, cats, now_ms)

    async def _reserve(
        self, wanted: Sequence[tuple[RegionBook, PlannedStore, Cat]], now_ms: int
    ) -> list[tuple[RegionBook, PlannedStore, Cat]]:
        """Set coupons aside; what comes back may go out, with as many catches as were granted."""
        asked = [
            Reservation(cat.id, cat.campaign, cat.catches, cat.expires_ms)
            for _, _, cat in wanted
            if cat.campaign is not None
        ]
        granted: dict[str, int] = {}
        if asked:
            try:
                grants = await self._coupons.reserve(asked, now_ms)
            except LedgerError as error:
                log.warning("no coupons can be reserved: %s", error)
            else:
                granted = {
                    asking.reservation: count for asking, count in zip(asked, grants, strict=True)
                }
        carried: list[tuple[RegionBook, PlannedStore, Cat]] = []
        without: dict[str, RegionBook] = {}
        for book, store, cat in wanted:
            count = cat.catches if cat.campaign is None else granted.get(cat.id, 0)
            if count <= 0:
                without[store.id] = book
                continue
            book.granted(store.id)
            carried.append((book, store, replace(cat, catches=count)))
        for store_id, book in without.items():
            book.sold_out(store_id, now_ms)
        return carried

    async def _spawn(self, name: str, cats: list[Cat], now_ms: int) -> None:
        book = self._regions.get(name)
        if book is None:
            return
        try:
            alive = set(await self._live.spawn_cats(name, cats, self._name, now_ms))
        except LeaseLost:
            self._lose(name)
            # Perhaps the next keeper holds the region already: these were never on the street.
            unused = [(cat.id, RELEASE_ALL) for cat in cats if cat.campaign is not None]
            await self._coupons.release(unused, now_ms)
            return
        for cat in cats:
            if cat.id in alive:
                book.appeared(cat)
        self.spawned += len(alive)

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
        self._regions.pop(name, None)


class Books:
    """The parts of the ledger that a keeper works with."""

    def __init__(self, coupons: CouponService, merchants: Merchants) -> None:
        self.coupons = coupons
        self.merchants = merchants
