"""What of a big screen comes from the books: the leaderboard, new stores, places of stores.

The leaderboard follows with a delay, and only once enough was caught since: if it moved with every
catch, a score that grows and a light that flashes in the same second would be one person's.
"""

from gameserver.ledger.ledger import Ledger
from gameserver.ledger.scores import leaderboard
from gameserver.ledger.screen import OpenedStore, newest_stores, places
from gameserver.screen.events import Leader, leaders_of

LEADERS = 10
NEWEST = 6
PLACES_MOST = 1_500

LEADERS_EVERY_MS = 30_000
MIXED = 20
"""So many catches there must be between one leaderboard and the next."""

NEWEST_EVERY_MS = 10_000
PLACES_EVERY_MS = 600_000

_NO_CHANGE: frozenset[str] = frozenset()


class Board:
    """What one process shows of the books."""

    def __init__(self, ledger: Ledger) -> None:
        self._db = ledger.db
        self.leaders: list[Leader] = []
        self.newest: list[OpenedStore] = []
        self.places: list[tuple[float, float]] = []
        self._leaders_ms = self._newest_ms = self._places_ms = 0
        self._leaders_at = 0
        """How many catches there were in all when the leaderboard was read."""

    async def keep(self, now_ms: int, catches: int) -> frozenset[str]:
        """Read again what is due, `catches` being the catches in all; what changed. LedgerError."""
        changed = _NO_CHANGE
        if self._are_leaders_due(now_ms, catches):
            scores = await self._db.read(leaderboard, "day", LEADERS, now_ms)
            leaders = leaders_of(scores)
            self._leaders_ms, self._leaders_at = now_ms, catches
            if leaders != self.leaders:
                self.leaders = leaders
                changed |= {"leaders"}
        if now_ms - self._newest_ms >= NEWEST_EVERY_MS:
            newest = await self._db.read(newest_stores, NEWEST, now_ms)
            self._newest_ms = now_ms
            if newest != self.newest:
                self.newest = newest
                changed |= {"newest"}
        if now_ms - self._places_ms >= PLACES_EVERY_MS:
            found = await self._db.read(places, PLACES_MOST, now_ms)
            self._places_ms = now_ms
            self.places = [(round(lat, 4), round(lon, 4)) for lat, lon in found]
        return changed

    def _are_leaders_due(self, now_ms: int, catches: int) -> bool:
        if not self._leaders_ms:
            return True
        is_time = now_ms - self._leaders_ms >= LEADERS_EVERY_MS
        return is_time and catches - self._leaders_at >= MIXED
