"""Catches and coupons in all: counted in Redis, held against the books now and then.

What the books say is used two seconds later. By then all that they knew of has been counted in
Redis, too, so nothing is counted twice: only what Redis has lost is made up for.
"""

from typing import NamedTuple

from gameserver.ledger.ledger import Ledger
from gameserver.ledger.screen import book_totals, promised
from gameserver.live.live import Live
from gameserver.live.screens import Totals

ASKED_EVERY_MS = 120_000
"""How often one of all processes asks the books, while somebody watches."""

_TRUE_AFTER_MS = 2_000

AGAIN_AFTER_MS = 30_000
"""How long books that did not answer are left alone: they may have been asked for too much."""


class _Asked(NamedTuple):
    totals: Totals
    due_ms: int


class RunningTotals:
    """What one process knows of the totals. They never fall."""

    def __init__(self, process: str, live: Live, ledger: Ledger, coupons_are_here: bool) -> None:
        """`coupons_are_here`: the campaigns are in these books, not in another service's."""
        self._process = process
        self._live = live
        self._ledger = ledger
        self._coupons_are_here = coupons_are_here
        self._asked: _Asked | None = None
        self._rest_until_ms = 0
        self._are_kept = False
        """Whether Redis has any."""
        self.now = Totals(0, 0)

    def heard(self, totals: Totals | None) -> None:
        """What Redis said a moment ago."""
        self._are_kept = totals is not None
        if totals is not None:
            self.now = self.now.at_least(totals)

    async def begin(self, now_ms: int) -> None:
        """Know something: ask the books where Redis has nothing. LedgerError."""
        if not self._are_kept and self._asked is None:
            await self._ask(now_ms)

    async def keep(self, now_ms: int) -> None:
        """Ask the books when it is time, and make up for what was lost. LedgerError, LiveError."""
        if self._asked is not None:
            if now_ms >= self._asked.due_ms:
                least, self._asked = self._asked.totals, None
                self.heard(await self._live.raise_totals(self.now.at_least(least)))
        elif not self._are_kept or await self._live.take_turn(
            "totals", f"{self._process} {now_ms}", ASKED_EVERY_MS
        ):
            await self._ask(now_ms)

    async def _ask(self, now_ms: int) -> None:
        if now_ms < self._rest_until_ms:
            return
        self._rest_until_ms = now_ms + AGAIN_AFTER_MS
        books = await self._ledger.db.read(book_totals)
        coupons = books.coupons
        if not self._coupons_are_here and not self._are_kept:
            coupons = await self._ledger.db.read(promised)
        found = Totals(books.catches, coupons)
        self._asked = _Asked(found, now_ms + _TRUE_AFTER_MS)
        self._rest_until_ms = 0
        if not self._are_kept:
            self.now = self.now.at_least(found)
