"""What somebody left undone: claims whose process died, coupons that are owed, reservations whose
cat never came.

A claim without its coupon stands in two places: in its region's outbox in Redis, which the gateway
or a keeper empties, and, once its player was told `pending`, in the books as owed, so that the loss
of Redis loses no promise.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import TypeVar

from gameserver.awards.awards import Awards, Won
from gameserver.coupons.client import NotTaken
from gameserver.coupons.service import CouponService
from gameserver.game.geo import cat_region
from gameserver.ledger.errors import LedgerError
from gameserver.live.claims import OutboxEntry
from gameserver.live.errors import LiveError
from gameserver.live.live import Live
from gameserver.live.messages import CouponChanged

log = logging.getLogger(__name__)

UNFINISHED_AFTER_MS = 3_000
"""A gateway finishes its claims well within this; older ones are the keeper's."""

OWED_AFTER_MS = 10_000
"""A coupon that is owed so long has no outbox entry any more that would bring it."""

MOST = 500
"""Entries of a region, owed coupons, and reservations, in one go."""

GOES_MOST = 20
"""How many goes at a region's outbox there are before the next region has its turn."""

T = TypeVar("T")

RELEASE_ALL = 1_000_000
"""A cat that is gone keeps nothing: release all that was granted and not issued."""


class Leftovers:
    """Finishes for the regions of one keeper. LiveError and LedgerError: try again later."""

    def __init__(self, live: Live, awards: Awards, coupons: CouponService) -> None:
        self._live = live
        self.awards = awards
        self._coupons = coupons
        self.finished = 0

    async def finish_claims(self, regions: Sequence[str], now_ms: int) -> None:
        """Do what the outboxes of the regions still ask for."""
        before_ms = now_ms - UNFINISHED_AFTER_MS
        undone = await asyncio.gather(
            *(self._live.unfinished(region, before_ms, MOST) for region in regions)
        )
        for region, entries in zip(regions, undone, strict=True):
            if not entries:
                continue
            try:
                await self._empty(region, entries, now_ms)
            except (LiveError, LedgerError):
                raise  # a store is away: it is for every region
            except Exception:
                log.exception("the outbox of region %s can't be finished", region)

    async def _empty(self, region: str, entries: Sequence[OutboxEntry], now_ms: int) -> None:
        for _ in range(GOES_MOST):
            await self._finish(region, entries, now_ms)
            if len(entries) < MOST:
                return
            before_ms = now_ms - UNFINISHED_AFTER_MS
            entries = await self._live.unfinished(region, before_ms, MOST, entries[-1].entry)

    async def _finish(self, region: str, entries: Sequence[OutboxEntry], now_ms: int) -> None:
        wons = [Won(entry.claim, entry.entry) for entry in entries if entry.claim is not None]
        left = await self._all_that_are_taken(wons, self.awards.finish)
        # The claims of a cat stand before its `expired`: by now its coupons are given out.
        kept = {won.claim.cat for won in left}
        gone = [entry for entry in entries if entry.kind == "expired" and entry.cat not in kept]
        if gone:
            await self._coupons.release([(entry.cat, RELEASE_ALL) for entry in gone], now_ms)
            await self._live.finish(region, [entry.entry for entry in gone])

    async def finish_owed(self, regions: Collection[str], now_ms: int) -> None:
        """Bring the coupons that the books of catches still owe to players."""
        cursor: str | None = None
        while True:
            page = await self.awards.owed(now_ms - OWED_AFTER_MS, MOST, cursor)
            mine = [claim for claim in page.items if cat_region(claim.cat) in regions]
            await self._all_that_are_taken(mine, self.awards.pay)
            cursor = page.next
            if cursor is None:
                return

    async def _all_that_are_taken(
        self, items: Sequence[T], work: Callable[[Sequence[T]], Awaitable[list[CouponChanged]]]
    ) -> list[T]:
        """Do the work on all items that the coupon service takes; those that it does not.

        One that it does not take, for whatever reason, keeps no other from its coupon.
        """
        if not items:
            return []
        try:
            news = await work(items)
        except NotTaken as error:
            if len(items) == 1:
                log.error("a coupon is owed and can't be asked for: %s", error)
                return list(items)
            half = len(items) // 2
            left = await self._all_that_are_taken(items[:half], work)
            return left + await self._all_that_are_taken(items[half:], work)
        for each in news:
            await self._push(each)
        self.finished += len(items)
        return []

    async def _push(self, news: CouponChanged) -> None:
        where = await self._live.where(news.player)
        if where is not None:
            await self._live.tell(where.process, news)

    async def release_lapsed(self, regions: Collection[str], now_ms: int) -> None:
        """Release reservations whose cats never came out, or were lost with Redis."""
        cursor: str | None = None
        while True:
            page = await self._coupons.lapsed(now_ms, MOST, cursor)
            mine = [reservation for reservation in page.items if _region(reservation) in regions]
            alive = await self._live.alive(mine) if mine else []
            gone = [(cat, RELEASE_ALL) for cat, there in zip(mine, alive, strict=True) if not there]
            if gone:
                await self._coupons.release(gone, now_ms)
            cursor = page.next
            if cursor is None:
                return


def _region(reservation: str) -> str | None:
    """The region of the cat that a reservation is for; None where another program made it."""
    try:
        return cat_region(reservation)
    except ValueError:
        return None
