"""Keeps this process's list of who gets no coupons true."""

import asyncio

from gameserver.gateway.lookback import Lookback
from gameserver.ledger.database import LedgerError
from gameserver.ledger.sanctions import Sanctions

REFRESH_EVERY_S = 1.0


class SanctionWatch:
    """Follows sanctions and their lifting, whichever process or operator made them."""

    def __init__(self, lookback: Lookback, sanctions: Sanctions) -> None:
        self._lookback = lookback
        self._sanctions = sanctions
        self._rev = 0

    async def refresh(self) -> None:
        """Read what changed since last time."""
        for standing in await self._sanctions.changed_since(self._rev):
            self._rev = max(self._rev, standing.rev)
            if standing.until_ms:
                self._lookback.no_coupons[standing.player] = standing.until_ms
            else:
                self._lookback.no_coupons.pop(standing.player, None)

    async def follow(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(REFRESH_EVERY_S)
            try:
                await self.refresh()
            except LedgerError:
                continue
