"""A `CouponService` that is asked over HTTP: its methods as requests (http/service.py answers)."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Generic, TypeVar

from msgspec import Struct

from gameserver.coupons.client import Ask, CouponClient, NotTaken, in_path
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
from gameserver.ledger.paging import BadCursor, Page
from gameserver.ledger.wallet import HeldCoupon

T = TypeVar("T")

PAGE_MOST = 500
CODE_MAX = 64

NUMBER_MAX = 2**62
"""The greatest number of a change that there may be."""

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
            asked = Ask("POST", "/v1/issue", body)
            answer = await self._ask(asked, Issued, partial(_answers_issue, part))
            results += answer.results
        return results

    async def reserve(self, wanted: Sequence[Reservation], now_ms: int) -> list[int]:
        """See `CouponService.reserve`."""
        granted: list[int] = []
        for part in _parts(wanted, ITEMS_MOST):
            body = NewReservations([_new(each) for each in part])
            asked = Ask("POST", "/v1/reserve", body)
            answer = await self._ask(asked, AllGranted, partial(_answers_reserve, part))
            granted += (
                max(0, min(each.granted, new.count))
                for each, new in zip(answer.results, part, strict=True)
            )
        return granted

    async def release(self, releases: Sequence[tuple[str, int]], now_ms: int) -> None:
        """See `CouponService.release`."""
        for part in _parts(releases, ITEMS_MOST):
            body = Releases([ReleaseItem(reservation, count) for reservation, count in part])
            await self._ask(Ask("POST", "/v1/release", body), AllReleased)

    async def lapsed(self, now_ms: int, limit: int, cursor: str | None = None) -> Page[str]:
        """See `CouponService.lapsed`."""
        query: dict[str, str | int] = {"limit": _size(limit), "at_ms": now_ms}
        return await self._page("/v1/reservations/lapsed", query, cursor, _List[str])

    async def offerings(self, campaigns: Sequence[str]) -> list[Offering]:
        """See `CouponService.offerings`."""
        found: list[Offering] = []
        for part in _parts(campaigns, IDS_MOST):
            asked = Ask("GET", "/v1/offerings", query={"campaigns": ",".join(part)})
            found += (await self._ask(asked, _List[Offering])).items
        return found

    async def wallet(self, player: str, limit: int, cursor: str | None = None) -> Page[HeldCoupon]:
        """See `CouponService.wallet`."""
        query: dict[str, str | int] = {"limit": _size(limit)}
        return await self._page(_wallet_of(player), query, cursor, _List[HeldCoupon])

    async def code_of_player(self, code: str, player: str) -> str | None:
        """See `CouponService.code_of_player`."""
        typed = code.strip()
        if not 0 < len(typed) <= CODE_MAX or not typed.isprintable():
            return None
        asked = Ask("GET", f"{_wallet_of(player)}/{in_path(typed)}", missing_is_none=True)
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
        query: dict[str, str | int] = {"limit": _size(limit)}
        if after is not None:
            query["after"] = after
        asked = Ask("GET", "/v1/coupon-changes", query=query)
        answer = await self._ask(asked, _List[CouponChange], partial(_answers_changes, after))
        return answer.items

    async def forget(self, player: str) -> None:
        """See `CouponService.forget`."""
        await self.client.tell(Ask("DELETE", _wallet_of(player)))

    async def ping(self) -> None:
        """See `CouponService.ping`."""
        await self.client.tell(Ask("GET", "/readyz"))

    async def _page(
        self, path: str, query: dict[str, str | int], cursor: str | None, answer: type[_List[T]]
    ) -> Page[T]:
        if cursor is not None:
            query["cursor"] = cursor
        try:
            found = await self._ask(
                Ask("GET", path, query=query),
                answer,
                # Whoever reads to the end would read for ever.
                lambda page: page.next is None or page.next != cursor,
            )
        except NotTaken as error:
            if cursor is None:
                raise
            raise BadCursor(f"not a cursor: {cursor[:64]!r}") from error
        return Page(found.items, found.next)

    async def _ask(
        self, asked: Ask, answer: type[T], is_sound: Callable[[T], bool] | None = None
    ) -> T:
        found = await self.client.ask(asked, answer, is_sound)
        assert found is not None  # only asked where nothing missing is an answer
        return found


def _parts(items: Sequence[T], most: int) -> list[Sequence[T]]:
    return [items[start : start + most] for start in range(0, len(items), most)]


def _size(limit: int) -> int:
    return max(1, min(limit, PAGE_MOST))


def _wallet_of(player: str) -> str:
    return f"/v1/players/{in_path(player)}/coupons"


def _answers_issue(items: Sequence[IssueItem], answer: Issued) -> bool:
    return len(answer.results) == len(items) and all(map(_answers, items, answer.results))


def _answers(item: IssueItem, result: IssueResult) -> bool:
    if result.catch != item.catch:
        return False
    match result.status:
        case "issued":
            return result.coupon is not None and result.coupon.catch == item.catch
        case "already":
            return result.coupon is not None
        case "limit":
            return result.limit in (None, "per_player", "per_player_day")
        case _:
            return True


def _answers_reserve(wanted: Sequence[Reservation], answer: AllGranted) -> bool:
    return [each.reservation for each in answer.results] == [each.reservation for each in wanted]


def _answers_changes(after: int | None, answer: _List[CouponChange]) -> bool:
    """Whether whoever follows them comes further each time."""
    numbers = [-1 if after is None else after, *(change.number for change in answer.items)]
    return numbers[-1] <= NUMBER_MAX and all(one < next_ for one, next_ in pairwise(numbers))


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
