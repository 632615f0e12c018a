"""What the game asks of the authority on money, wherever its books are.

`ledger.coupons.LedgerCoupons` answers in this process, `coupons.remote.RemoteCoupons` asks a
service over HTTP. The same tests hold both to this.
"""

from collections.abc import Sequence
from typing import Protocol

from gameserver.game.model import (
    Coupon,
    CouponChange,
    IssueItem,
    IssueResult,
    Offering,
    Reservation,
)
from gameserver.ledger.paging import Page
from gameserver.ledger.wallet import HeldCoupon


class CouponService(Protocol):
    """Everything here may be asked again, by anybody, with the same effect.

    LedgerBusy and LedgerUnavailable: nobody knows whether it was done; ask again. `now_ms` is the
    caller's clock; a service of its own goes by its own.
    """

    async def issue(self, items: Sequence[IssueItem], now_ms: int) -> list[IssueResult]:
        """A coupon for each catch that may have one, in the order of the items; by catch id."""
        ...

    async def reserve(self, wanted: Sequence[Reservation], now_ms: int) -> list[int]:
        """Set coupons aside for cats; how many of each reservation are held."""
        ...

    async def release(self, releases: Sequence[tuple[str, int]], now_ms: int) -> None:
        """Give coupons back: afterwards at least so many of each reservation are released."""
        ...

    async def lapsed(self, now_ms: int, limit: int, cursor: str | None = None) -> Page[str]:
        """Reservations that still hold coupons long after their end, oldest first. BadCursor."""
        ...

    async def offerings(self, campaigns: Sequence[str]) -> list[Offering]:
        """What the campaigns say of themselves, of those that there are."""
        ...

    async def wallet(self, player: str, limit: int, cursor: str | None = None) -> Page[HeldCoupon]:
        """A player's coupons, the newest first. BadCursor."""
        ...

    async def code_of_player(self, code: str, player: str) -> str | None:
        """The code as it was issued, however it is typed, if the coupon is the player's."""
        ...

    async def of_catches(self, catches: Sequence[str]) -> list[Coupon]:
        """The coupons that were issued for these catches, by catch id."""
        ...

    async def changes(self, after: int | None, limit: int) -> list[CouponChange]:
        """What happened to coupons after the change `after`, in order; None: the last one only."""
        ...

    async def forget(self, player: str) -> None:
        """Give a player's coupons to nobody, for good, and the player none any more."""
        ...

    async def ping(self) -> None:
        """Return if the service can work."""
        ...
