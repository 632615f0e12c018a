"""The coupon service in this process: the functions of this package's modules on coupons.

Each method is one transaction.
"""

from collections.abc import Callable, Sequence

from gameserver.game.model import (
    Coupon,
    CouponChange,
    IssueItem,
    IssueResult,
    Offering,
    Reservation,
)
from gameserver.ledger import changes, issuing, offerings, players, redeeming, reservations
from gameserver.ledger.database import Database
from gameserver.ledger.fresh import write_fresh
from gameserver.ledger.paging import Page
from gameserver.ledger.redeeming import (
    Actor,
    FoundCoupon,
    NotRedeemed,
    NotReversed,
    NotTheirs,
    NotVoided,
)
from gameserver.ledger.revisions import current_rev
from gameserver.ledger.wallet import HeldCoupon, code_of_player, wallet


class LedgerCoupons:
    """Issues, finds, redeems and voids coupons. LedgerBusy and LedgerUnavailable: ask again.

    The game asks what `coupons.service.CouponService` lists; the rest is for the till.
    """

    def __init__(self, db: Database, clock: Callable[[], int]) -> None:
        self._db = db
        self._clock = clock

    async def issue(self, items: Sequence[IssueItem], now_ms: int) -> list[IssueResult]:
        """See `issuing.issue`. One transaction, or two, whatever the number of items."""
        return await write_fresh(self._db, issuing.issue_fresh, issuing.issue, items, now_ms)

    async def reserve(self, wanted: Sequence[Reservation], now_ms: int) -> list[int]:
        """See `reservations.reserve`."""
        return await self._db.write(reservations.reserve, wanted, now_ms)

    async def release(self, releases: Sequence[tuple[str, int]], now_ms: int) -> None:
        """See `reservations.release`."""
        await self._db.write(reservations.release, releases)

    async def lapsed(self, now_ms: int, limit: int, cursor: str | None = None) -> Page[str]:
        """See `reservations.lapsed`."""
        return await self._db.read(reservations.lapsed, now_ms, limit, cursor)

    async def offerings(self, campaigns: Sequence[str]) -> list[Offering]:
        """See `offerings.offerings`."""
        return await self._db.read(offerings.offerings, campaigns)

    async def of_catches(self, catches: Sequence[str]) -> list[Coupon]:
        """See `issuing.of_catches`."""
        return await self._db.read(issuing.of_catches, catches, self._clock())

    async def changes(self, after: int | None, limit: int) -> list[CouponChange]:
        """See `changes.changes`."""
        return await self._db.read(changes.changes, after, limit, self._clock())

    async def forget(self, player: str) -> None:
        """See `players.forget`."""
        await self._db.write(players.forget, player, self._clock())

    async def ping(self) -> None:
        """Return if the books can be read; LedgerError if not."""
        await self._db.read(current_rev)

    async def find(self, code: str, merchant: str) -> FoundCoupon | NotTheirs:
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

    async def wallet(self, player: str, limit: int, cursor: str | None = None) -> Page[HeldCoupon]:
        """See `wallet.wallet`."""
        return await self._db.read(wallet, player, limit, cursor, self._clock())

    async def code_of_player(self, code: str, player: str) -> str | None:
        """See `wallet.code_of_player`."""
        return await self._db.read(code_of_player, code, player)
