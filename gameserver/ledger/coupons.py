"""The coupon service: what the rest of the server asks of the authority on money.

Its methods run the functions of issuing.py, reservations.py, redeeming.py and wallet.py, each in
one transaction.
"""

from collections.abc import Callable, Sequence

from gameserver.game.model import IssueItem, IssueResult, Reservation
from gameserver.ledger import issuing, redeeming, reservations
from gameserver.ledger.database import Database
from gameserver.ledger.paging import Page
from gameserver.ledger.redeeming import Actor, FoundCoupon, NotRedeemed, NotReversed, NotVoided
from gameserver.ledger.wallet import WalletCoupon, code_of_player, wallet


class CouponService:
    """Issues, finds, redeems and voids coupons. LedgerBusy and LedgerUnavailable: ask again."""

    def __init__(self, db: Database, clock: Callable[[], int]) -> None:
        self._db = db
        self._clock = clock

    async def issue(self, items: Sequence[IssueItem], now_ms: int) -> list[IssueResult]:
        """See `issuing.issue`. One transaction, whatever the number of items."""
        return await self._db.write(issuing.issue, items, now_ms)

    async def reserve(self, wanted: Sequence[Reservation], now_ms: int) -> list[int]:
        """See `reservations.reserve`."""
        return await self._db.write(reservations.reserve, wanted, now_ms)

    async def release(self, releases: Sequence[tuple[str, int]], now_ms: int) -> None:
        """See `reservations.release`."""
        await self._db.write(reservations.release, releases)

    async def lapsed(self, now_ms: int, limit: int) -> list[str]:
        """See `reservations.lapsed`."""
        return await self._db.read(reservations.lapsed, now_ms, limit)

    async def find(self, code: str, merchant: str) -> FoundCoupon | None:
        """See `redeeming.find`."""
        return await self._db.read(redeeming.find, code, merchant, self._clock())

    async def redeem(
        self, code: str, store: str, merchant: str, key: str, now_ms: int
    ) -> redeeming.Redeemed | NotRedeemed:
        """See `redeeming.redeem`; `key` is the id of the API key that it is done with."""
        by = Actor(merchant, key)
        return await self._db.write(redeeming.redeem, code, store, by, now_ms)

    async def reverse(
        self, code: str, reason: str, merchant: str, key: str, now_ms: int
    ) -> redeeming.Reversed | NotReversed:
        """See `redeeming.reverse`; `key` is the id of the API key that it is done with."""
        by = Actor(merchant, key)
        return await self._db.write(redeeming.reverse, code, reason, by, now_ms)

    async def void(
        self, code: str, reason: str, merchant: str, key: str, now_ms: int
    ) -> redeeming.Voided | NotVoided:
        """See `redeeming.void`; `key` is the id of the API key that it is done with."""
        by = Actor(merchant, key)
        return await self._db.write(redeeming.void, code, reason, by, now_ms)

    async def expire(self, now_ms: int, limit: int) -> int:
        """See `redeeming.expire`."""
        return await self._db.write(redeeming.expire, now_ms, limit)

    async def wallet(
        self, player: str, limit: int, cursor: str | None = None
    ) -> Page[WalletCoupon]:
        """See `wallet.wallet`."""
        return await self._db.read(wallet, player, limit, cursor, self._clock())

    async def code_of_player(self, code: str, player: str) -> str | None:
        """See `wallet.code_of_player`."""
        return await self._db.read(code_of_player, code, player)
