"""The time zones of stores, which a coupon service with books of its own does not know."""

from collections.abc import Callable, Collection, Mapping

from gameserver.ledger.merchants import Merchants

KEPT_MS = 60_000
"""How old an answer may be: a store hardly ever moves to another zone."""


class StoreZones:
    """Asks the game's books, once a minute for each store that somebody catches something at."""

    def __init__(self, merchants: Merchants, clock: Callable[[], int]) -> None:
        self._merchants = merchants
        self._clock = clock
        self._known: dict[str, str] = {}
        self._until_ms = 0

    async def of(self, stores: Collection[str]) -> Mapping[str, str]:
        """IANA names by store, of those that there are. LedgerError."""
        now_ms = self._clock()
        if now_ms >= self._until_ms:
            self._known = {}
            self._until_ms = now_ms + KEPT_MS
        known = self._known  # another call may begin anew meanwhile
        strange = [store for store in stores if store not in known]
        if strange:
            known |= await self._merchants.timezones(strange)
        return known
