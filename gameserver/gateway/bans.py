"""Keeps this process's list of banned players true."""

import asyncio

from gameserver.gateway.street import Street
from gameserver.ledger.database import LedgerError
from gameserver.ledger.players import Players

REFRESH_EVERY_S = 1.0


class Bans:
    """Keeps the street's list of banned players true, and ends sessions of the newly banned."""

    def __init__(self, street: Street, players: Players) -> None:
        self._street = street
        self._players = players
        self._rev = 0

    async def refresh(self) -> None:
        """Read what changed since last time."""
        for ban in await self._players.banned_since(self._rev):
            self._rev = max(self._rev, ban.rev)
            if not ban.banned:
                self._street.banned.pop(ban.player, None)
                continue
            self._street.banned[ban.player] = ban.until_ms
            session = self._street.roster.sessions.get(ban.player)
            if session is not None and self._street.is_banned(ban.player, self._street.clock()):
                session.fail("banned", "this player is banned")

    async def follow(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(REFRESH_EVERY_S)
            try:
                await self.refresh()
            except LedgerError:
                continue
