"""News of coupons for the players of this process: redeemed, reversed, withdrawn, expired.

Where the coupon service is another process, nobody here does these things; so its list of changes
is followed, and whoever is on line is told.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from gameserver.coupons.service import CouponService
from gameserver.gateway.street import Street
from gameserver.ledger.errors import LedgerError
from gameserver.protocol import CouponChanged

log = logging.getLogger(__name__)

EVERY_S = 0.4
"""A redemption is on the phone within a second."""

MOST = 500

LOOK_BACK_EVERY = 50
"""After so many reads without news, it is asked which change is the last."""

Attempts = Callable[[Sequence[str]], Awaitable[Mapping[str, str]]]
"""The players' own ids of catches, by catch id."""


class CouponFeed:
    """Follows the changes from the moment it begins."""

    def __init__(self, street: Street, coupons: CouponService, attempts: Attempts) -> None:
        self._street = street
        self._coupons = coupons
        self._attempts = attempts
        self._after: int | None = None
        self._quiet = 0

    async def follow(self) -> None:
        """Until cancelled. While the service is away nothing is lost, only late."""
        while True:
            more = False
            try:
                more = await self._read()
            except LedgerError as error:
                log.debug("no news of coupons: %s", error)
            if not more:
                await asyncio.sleep(EVERY_S)

    async def _read(self) -> bool:
        """Read on, and say whether there is more to read at once."""
        if self._after is None:
            last = await self._coupons.changes(None, 1)
            self._after = last[-1].number if last else 0
            return False
        changes = await self._coupons.changes(self._after, MOST)
        self._quiet = 0 if changes else self._quiet + 1
        if self._quiet == LOOK_BACK_EVERY:
            # Books that were restored from an older copy count from an earlier number again.
            self._quiet = 0
            last = await self._coupons.changes(None, 1)
            self._after = min(self._after, last[-1].number if last else 0)
        sessions = self._street.roster.sessions
        here = [change for change in changes if change.player in sessions]
        if here:
            attempts = await self._attempts([change.catch for change in here])
            for change in here:
                session = sessions.get(change.player)
                if session is not None:
                    session.send(CouponChanged(attempts.get(change.catch), change.coupon))
        if changes:
            self._after = changes[-1].number
        return len(changes) == MOST
