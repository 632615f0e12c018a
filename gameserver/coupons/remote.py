"""A `CouponService` that is asked over HTTP: its methods as requests (http/service.py answers)."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

from gameserver.coupons.client import Ask, CouponClient
from gameserver.coupons.wire import (
    IDS_MOST,
    ITEMS_MOST,
    AllGranted,
    AllReleased,
    CatchItem,
    CatchItems,
    Issued,
    NewReservation,
    NewReservations,
    PlayersCode,
    ReleaseItem,
    Releases,
)
from gameserver.game.model import (
    Coupon,
    CouponChange,
    IssueItem,
    IssueResult,
    Offering,
    Reservation,
)
from gameserver.ledger.errors import LedgerUnavailable
from gameserver.ledger.paging import Page
from gameserver.ledger.wallet import HeldCoupon

T = TypeVar("T")

PAGE_MOST = 500

Zones = Callable[[Collection[str]], Awaitable[Mapping[str, str]]]
"""The time zones of stores, by id, of those that the game knows."""


class _List(Struct, Generic[T], frozen=True):
    items: list[T]
    next: str | None = None


class RemoteCoupons:
    """The coupon service behind a client. `zones` are asked for the stores of catches."""

    def __init__(self, client: CouponClient, zones: Zones) -> None:
        self.client = client
        self._zones = zones

    async def issue(self, items: Sequence[IssueItem], now_ms: int) -> list[IssueResult]:
        """See `CouponService.issue`."""
        zones = await self._zones({item.store for item in items})
        results: list[IssueResult] = []
        for part in _parts(items, ITEMS_MOST):
            body = CatchItems([_catch(item, zones.get(item.store)) for item in part])
            answer = await self._ask(Ask("POST", "/v1/issue", body), Issued)
            if [result.catch for result in answer.results] != [item.catch for item in part]:
                raise LedgerUnavailable("the coupon service answers for other catches")
            results += answer.results
        return results

    async def reserve(self, wanted: Sequence[Reservation], now_ms: int) -> list[int]:
        """See `CouponService.reserve`."""
        granted: list[int] = []
        for part in _parts(wanted, ITEMS_MOST):
            body = NewReservations([_new(each) for each in part])
            answer = await self._ask(Ask("POST", "/v1/reserve", body), AllGranted)
            if [each.reservation for each in answer.results] != [each.reservation for each in part]:
                raise LedgerUnavailable("the coupon service answers for other reservations")
            granted += (
                max(0, min(each.granted, asked.count))
                for each, asked in zip(answer.results, part, strict=True)
            )
        return granted

    async def release(self, releases: Sequence[tuple[str, int]], now_ms: int) -> None:
        """See `CouponService.release`."""
        for part in _parts(releases, ITEMS_MOST):
            body = Releases([ReleaseItem(reservation, count) for reservation, count in part])
            await self._ask(Ask("POST", "/v1/release", body), AllReleased)

    async def lapsed(self, now_ms: int, limit: int, cursor: str | None = None) -> Page[str]:
        """See `CouponService.lapsed`."""
        query: dict[str, str | int] = {"limit": min(limit, PAGE_MOST), "at_ms": now_ms}
        if cursor is not None:
            query["cursor"] = cursor
        asked = Ask("GET", "/v1/reservations/lapsed", query=query)
        answer = await self._ask(asked, _List[str])
        return Page(answer.items, answer.next)

    async def offerings(self, campaigns: Sequence[str]) -> list[Offering]:
        """See `CouponService.offerings`."""
        found: list[Offering] = []
        for part in _parts(campaigns, IDS_MOST):
            asked = Ask("GET", "/v1/offerings", query={"campaigns": ",".join(part)})
            found += (await self._ask(asked, _List[Offering])).items
        return found

    async def wallet(self, player: str, limit: int, cursor: str | None = None) -> Page[HeldCoupon]:
        """See `CouponService.wallet`."""
        query: dict[str, str | int] = {"limit": min(limit, PAGE_MOST)}
        if cursor is not None:
            query["cursor"] = cursor
        asked = Ask("GET", f"/v1/players/{player}/coupons", query=query)
        answer = await self._ask(asked, _List[HeldCoupon])
        return Page(answer.items, answer.next)

    async def code_of_player(self, code: str, player: str) -> str | None:
        """See `CouponService.code_of_player`."""
        if "/" in code:
            return None
        asked = Ask("GET", f"/v1/players/{player}/coupons/{code}", missing_is_none=True)
        answer = await self.client.ask(asked, PlayersCode)
        return None if answer is None else answer.code

    async def of_catches(self, catches: Sequence[str]) -> list[Coupon]:
        """See `CouponService.of_catches`."""
        found: list[Coupon] = []
        for part in _parts(catches, IDS_MOST):
            asked = Ask("GET", "/v1/coupons", query={"catches": ",".join(part)})
            found += (await self._ask(asked, _List[Coupon])).items
        return found

    async def changes(self, after: int | None, limit: int) -> list[CouponChange]:
        """See `CouponService.changes`."""
        query: dict[str, str | int] = {"limit": min(limit, PAGE_MOST)}
        if after is not None:
            query["after"] = after
        asked = Ask("GET", "/v1/coupon-changes", query=query)
        return (await self._ask(asked, _List[CouponChange])).items

    async def forget(self, player: str) -> None:
        """See `CouponService.forget`."""
        await self.client.tell(Ask("DELETE", f"/v1/players/{player}/coupons"))

    async def ping(self) -> None:
        """See `CouponService.ping`."""
        await self.client.tell(Ask("GET", "/readyz"))

    async def _ask(self, asked: Ask, answer: type[T]) -> T:
        found = await self.client.ask(asked, answer)
        assert found is not None  # only asked where nothing missing is an answer
        return found


def _parts(items: Sequence[T], most: int) -> list[Sequence[T]]:
    return [items[start : start + most] for start in range(0, len(items), most)]


def _catch(item: IssueItem, zone: str | None) -> CatchItem:
    return CatchItem(
        catch=item.catch,
        cat=item.cat,
        player=item.player,
        campaign=item.campaign,
        store=item.store,
        at_ms=item.at_ms,
        timezone=item.timezone or zone,
    )


def _new(each: Reservation) -> NewReservation:
    return NewReservation(each.reservation, each.campaign, each.count, each.expires_ms)
