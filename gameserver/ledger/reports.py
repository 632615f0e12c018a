"""What merchants want to know of their coupons. Nothing here says who a player is."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct
from sqlalchemy import Connection, bindparam, case, func, select

from gameserver.game.coupons import LIFE, state_at
from gameserver.game.model import CouponState
from gameserver.ledger.batch import AnyRow, among, texts
from gameserver.ledger.database import Database
from gameserver.ledger.paging import Page, page_size, pair_cursor, text_cursor
from gameserver.ledger.tables import campaigns, coupon_events, coupons


class Span(Struct, frozen=True):
    """From a moment to just before another; None is no bound."""

    from_ms: int | None = None
    to_ms: int | None = None


class Outcome(Struct, frozen=True):
    """What became of coupons: `issued` is the sum of the others."""

    issued: int
    active: int
    redeemed: int
    expired: int
    void: int


class Funnel(Struct, frozen=True):
    """What became of the coupons of one campaign, by the store that they were caught at."""

    campaign: str
    title: str
    stores: dict[str, Outcome]


class CouponLine(Struct, frozen=True):
    """One coupon, for a merchant's own books."""

    code: str
    campaign: str
    title: str
    state: CouponState
    store: str
    issued_ms: int
    expires_ms: int
    redeemed_ms: int | None
    redeemed_store: str | None


class EventLine(Struct, frozen=True):
    """Something that happened to a coupon, the `number`th thing; 0 is that it was issued.

    `key` is the id of the API key that it was done with, `state` what the coupon is after it.
    """

    code: str
    number: int
    at_ms: int
    change: str
    state: CouponState
    campaign: str
    store: str | None
    key: str | None
    reason: str | None


class RedeemedCoupon(Struct, frozen=True):
    """A coupon that was redeemed, and is so now."""

    code: str
    campaign: str
    title: str
    store: str
    at_ms: int


class RedeemedHour(Struct, frozen=True):
    """How many coupons were redeemed at a store in the hour that begins at `hour_ms`."""

    store: str
    hour_ms: int
    redeemed: int


HOUR_MS = 3_600_000
LATELY = 5_000
"""Changes of coupons, of all merchants, among which the last redemptions are looked for."""

_CAMPAIGNS = (
    select(campaigns.c.id, campaigns.c.title)
    .where(campaigns.c.merchant_id == bindparam("merchant"))
    .order_by(campaigns.c.id)
    .limit(bindparam("most"))
)
_LINES = (
    select(
        coupons.c.id,
        coupons.c.code,
        coupons.c.campaign_id,
        coupons.c.state,
        coupons.c.store_id,
        coupons.c.issued_ms,
        coupons.c.expires_ms,
        coupons.c.redeemed_ms,
        coupons.c.redeemed_store_id,
    )
    .where(coupons.c.campaign_id == bindparam("campaign"), coupons.c.id > bindparam("after"))
    .order_by(coupons.c.id)
    .limit(bindparam("most"))
)
_EVENTS = (
    select(
        coupon_events.c.coupon_id,
        coupon_events.c.change,
        coupon_events.c.at_ms,
        coupon_events.c.store_id,
        coupon_events.c.key_id,
        coupon_events.c.reason,
    )
    .where(coupon_events.c.coupon_id.in_(bindparam("coupons", expanding=True)))
    .order_by(coupon_events.c.coupon_id, coupon_events.c.id)
)

_LEADS_TO = {change.value: state for leads in LIFE.values() for change, state in leads.items()}


class Reports:
    """Reads reports, each of one merchant's campaigns only."""

    def __init__(self, db: Database, clock: Callable[[], int]) -> None:
        self._db = db
        self._clock = clock

    async def funnel(
        self, merchant: str, issued: Span, limit: int, cursor: str | None = None
    ) -> Page[Funnel]:
        """See `funnel`."""
        now_ms = self._clock()
        return await self._db.read(funnel, merchant, issued, limit, cursor, now_ms=now_ms)

    async def redemptions(self, merchant: str, limit: int) -> list[RedeemedCoupon]:
        """See `redemptions`."""
        return await self._db.read(redemptions, merchant, limit)

    async def redeemed_hours(
        self, merchant: str, from_ms: int, to_ms: int, most: int
    ) -> list[RedeemedHour]:
        """See `redeemed_hours`."""
        return await self._db.read(redeemed_hours, merchant, from_ms, to_ms, most)

    async def coupons(
        self, merchant: str, limit: int, cursor: str | None = None
    ) -> Page[CouponLine]:
        """See `coupon_lines`."""
        return await self._db.read(coupon_lines, merchant, limit, cursor, self._clock())

    async def events(
        self, merchant: str, happened: Span, limit: int, cursor: str | None = None
    ) -> Page[EventLine]:
        """See `event_lines`."""
        return await self._db.read(event_lines, merchant, happened, limit, cursor)


def funnel(
    connection: Connection,
    merchant: str,
    issued: Span,
    limit: int,
    cursor: str | None,
    *,
    now_ms: int,
) -> Page[Funnel]:
    """What became of the coupons that were issued in a span: `limit` campaigns, oldest first.

    A campaign that gave none then is there as well, without stores.
    """
    size = page_size(limit)
    query = _CAMPAIGNS
    if cursor is not None:
        query = query.where(campaigns.c.id > text_cursor(cursor))
    rows = connection.execute(query, {"merchant": merchant, "most": size + 1}).all()
    page = rows[:size]
    stores = _outcomes(connection, [row.id for row in page], issued, now_ms)
    following = page[-1].id if len(rows) > size else None
    return Page([Funnel(row.id, row.title, stores[row.id]) for row in page], following)


def _outcomes(
    connection: Connection, ids: list[str], issued: Span, now_ms: int
) -> dict[str, dict[str, Outcome]]:
    """What became of the coupons of these campaigns, by campaign and store."""
    late = (coupons.c.state == "active") & (coupons.c.expires_ms <= now_ms)
    state = case((late, "expired"), else_=coupons.c.state)
    query = (
        select(
            coupons.c.campaign_id,
            coupons.c.store_id,
            func.count().label("issued"),
            *(
                func.count(case((state == name, 1))).label(name)
                for name in ("active", "redeemed", "expired", "void")
            ),
        )
        .where(among(coupons.c.campaign_id, "campaigns"))
        .group_by(coupons.c.campaign_id, coupons.c.store_id)
        .order_by(coupons.c.campaign_id, coupons.c.store_id)
    )
    if issued.from_ms is not None:
        query = query.where(coupons.c.issued_ms >= issued.from_ms)
    if issued.to_ms is not None:
        query = query.where(coupons.c.issued_ms < issued.to_ms)
    found: defaultdict[str, dict[str, Outcome]] = defaultdict(dict)
    for campaign, store, *counts in connection.execute(query, {"campaigns": texts(ids)}):
        found[campaign][store] = Outcome(*counts)
    return found


def redemptions(connection: Connection, merchant: str, limit: int) -> list[RedeemedCoupon]:
    """The last redemptions of a merchant's coupons, the newest first.

    Looked for among the last changes of all coupons, so that it costs the same in large books.
    """
    last = connection.scalar(select(func.max(coupon_events.c.id))) or 0
    query = (
        select(
            coupons.c.code,
            coupons.c.campaign_id,
            campaigns.c.title,
            coupons.c.redeemed_store_id,
            coupons.c.redeemed_ms,
        )
        .join(coupons, coupons.c.id == coupon_events.c.coupon_id)
        .join(campaigns, campaigns.c.id == coupons.c.campaign_id)
        .where(
            coupon_events.c.id > last - LATELY,
            coupon_events.c.change == "redeem",
            coupons.c.redeemed_ms == coupon_events.c.at_ms,
            campaigns.c.merchant_id == merchant,
        )
        .order_by(coupon_events.c.id.desc())
        .limit(limit)
    )
    return [RedeemedCoupon(*row) for row in connection.execute(query)]


def redeemed_hours(
    connection: Connection, merchant: str, from_ms: int, to_ms: int, most: int
) -> list[RedeemedHour]:
    """How many of a merchant's coupons were redeemed at each store, by the hour, in a span.

    No more than the first `most` hours of stores.
    """
    hour = coupons.c.redeemed_ms // HOUR_MS
    query = (
        select(coupons.c.redeemed_store_id, hour.label("hour"), func.count().label("redeemed"))
        .join(campaigns, campaigns.c.id == coupons.c.campaign_id)
        .where(
            campaigns.c.merchant_id == merchant,
            campaigns.c.redeemed > 0,
            coupons.c.redeemed_ms >= from_ms,
            coupons.c.redeemed_ms < to_ms,
        )
        .group_by(coupons.c.redeemed_store_id, hour)
        .order_by(hour, coupons.c.redeemed_store_id)
        .limit(most)
    )
    return [
        RedeemedHour(row.redeemed_store_id, row.hour * HOUR_MS, row.redeemed)
        for row in connection.execute(query)
    ]


def coupon_lines(
    connection: Connection, merchant: str, limit: int, cursor: str | None, now_ms: int
) -> Page[CouponLine]:
    """All coupons of a merchant, campaign by campaign, in the order in which they were issued.

    A page costs as much as its own lines, wherever in the list it is.
    """
    found, following = _coupons(connection, merchant, page_size(limit), cursor)
    return Page([_line(row, title, now_ms) for row, title in found], following)


def event_lines(
    connection: Connection, merchant: str, happened: Span, limit: int, cursor: str | None
) -> Page[EventLine]:
    """What happened in a span to coupons of a merchant: to the next `limit` of `coupon_lines`.

    Coupon by coupon, each one's events in their order and all of one snapshot. A page may have no
    lines though others follow.
    """
    found, following = _coupons(connection, merchant, page_size(limit), cursor)
    rows = connection.execute(_EVENTS, {"coupons": [row.id for row, _ in found]})
    events: defaultdict[int, list[AnyRow]] = defaultdict(list)
    for event in rows:
        events[event.coupon_id].append(event)
    lines = (line for row, _ in found for line in _history(row, events[row.id]))
    return Page([line for line in lines if _within(line.at_ms, happened)], following)


def _history(coupon: AnyRow, events: Sequence[AnyRow]) -> Iterator[EventLine]:
    """All that happened to a coupon, from its being issued on."""
    yield EventLine(
        code=coupon.code,
        number=0,
        at_ms=coupon.issued_ms,
        change="issue",
        state=CouponState.ACTIVE,
        campaign=coupon.campaign_id,
        store=coupon.store_id,
        key=None,
        reason=None,
    )
    for number, event in enumerate(events, 1):
        yield EventLine(
            code=coupon.code,
            number=number,
            at_ms=event.at_ms,
            change=event.change,
            state=state_at(_LEADS_TO[event.change], coupon.expires_ms, event.at_ms),
            campaign=coupon.campaign_id,
            store=event.store_id,
            key=event.key_id,
            reason=event.reason,
        )


def _within(at_ms: int, span: Span) -> bool:
    since = span.from_ms is None or span.from_ms <= at_ms
    return since and (span.to_ms is None or at_ms < span.to_ms)


def _coupons(
    connection: Connection, merchant: str, size: int, cursor: str | None
) -> tuple[list[tuple[AnyRow, str]], str | None]:
    """The rows of `size` coupons with their campaigns' titles, and the cursor of what follows."""
    first, after = ("", 0) if cursor is None else pair_cursor(cursor)
    # A campaign that has issued gives a line or more: no more than these are needed, and the first.
    asked = _CAMPAIGNS.where(campaigns.c.id >= first, campaigns.c.issued > 0)
    found: list[tuple[AnyRow, str]] = []
    for id_, title in connection.execute(asked, {"merchant": merchant, "most": size + 2}).all():
        rest = {
            "campaign": id_,
            "after": after if id_ == first else 0,
            "most": size + 1 - len(found),
        }
        found += [(row, title) for row in connection.execute(_LINES, rest)]
        if len(found) > size:
            break
    end = found[size - 1][0] if len(found) > size else None
    following = None if end is None else f"{end.campaign_id}.{end.id}"
    return found[:size], following


def _line(row: AnyRow, title: str, now_ms: int) -> CouponLine:
    return CouponLine(
        code=row.code,
        campaign=row.campaign_id,
        title=title,
        state=state_at(CouponState(row.state), row.expires_ms, now_ms),
        store=row.store_id,
        issued_ms=row.issued_ms,
        expires_ms=row.expires_ms,
        redeemed_ms=row.redeemed_ms,
        redeemed_store=row.redeemed_store_id,
    )
