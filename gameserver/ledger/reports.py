"""What merchants want to know of their coupons. Nothing here says who a player is."""

from collections.abc import Callable

from msgspec import Struct
from sqlalchemy import Connection, case, func, select, tuple_

from gameserver.game.coupons import state_at
from gameserver.game.model import CouponState
from gameserver.ledger.batch import AnyRow
from gameserver.ledger.database import Database
from gameserver.ledger.paging import Page, page_size, pair_cursor
from gameserver.ledger.tables import campaigns, coupons


class Span(Struct, frozen=True):
    """From a moment to just before another; None is no bound."""

    from_ms: int | None = None
    to_ms: int | None = None


class Funnel(Struct, frozen=True):
    """What became of the coupons of one campaign that were caught at one store."""

    campaign: str
    title: str
    store: str
    issued: int
    active: int
    redeemed: int
    expired: int
    void: int


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


class Reports:
    """Reads reports, each of one merchant's campaigns only."""

    def __init__(self, db: Database, clock: Callable[[], int]) -> None:
        self._db = db
        self._clock = clock

    async def funnel(self, merchant: str, issued: Span) -> list[Funnel]:
        """See `funnel`."""
        return await self._db.read(funnel, merchant, issued, self._clock())

    async def coupons(
        self, merchant: str, limit: int, cursor: str | None = None
    ) -> Page[CouponLine]:
        """See `coupon_lines`."""
        return await self._db.read(coupon_lines, merchant, limit, cursor, self._clock())


def funnel(connection: Connection, merchant: str, issued: Span, now_ms: int) -> list[Funnel]:
    """What became of the coupons that were issued in a span, by campaign and store of the catch."""
    late = (coupons.c.state == "active") & (coupons.c.expires_ms <= now_ms)
    state = case((late, "expired"), else_=coupons.c.state)
    query = (
        select(
            coupons.c.campaign_id,
            campaigns.c.title,
            coupons.c.store_id,
            func.count().label("issued"),
            *(
                func.count(case((state == name, 1))).label(name)
                for name in ("active", "redeemed", "expired", "void")
            ),
        )
        .join_from(campaigns, coupons)
        .where(campaigns.c.merchant_id == merchant)
        .group_by(coupons.c.campaign_id, campaigns.c.title, coupons.c.store_id)
        .order_by(coupons.c.campaign_id, coupons.c.store_id)
    )
    if issued.from_ms is not None:
        query = query.where(coupons.c.issued_ms >= issued.from_ms)
    if issued.to_ms is not None:
        query = query.where(coupons.c.issued_ms < issued.to_ms)
    return [Funnel(*row) for row in connection.execute(query)]


def coupon_lines(
    connection: Connection, merchant: str, limit: int, cursor: str | None, now_ms: int
) -> Page[CouponLine]:
    """All coupons of a merchant, campaign by campaign, in the order in which they were issued."""
    size = page_size(limit)
    query = (
        select(
            coupons.c.id,
            coupons.c.code,
            coupons.c.campaign_id,
            campaigns.c.title,
            coupons.c.state,
            coupons.c.store_id,
            coupons.c.issued_ms,
            coupons.c.expires_ms,
            coupons.c.redeemed_ms,
            coupons.c.redeemed_store_id,
        )
        .join_from(campaigns, coupons)
        .where(campaigns.c.merchant_id == merchant)
        .order_by(coupons.c.campaign_id, coupons.c.id)
        .limit(size + 1)
    )
    if cursor is not None:
        last = tuple_(*pair_cursor(cursor))
        query = query.where(tuple_(coupons.c.campaign_id, coupons.c.id) > last)
    rows = connection.execute(query).all()
    end = rows[size - 1] if len(rows) > size else None
    following = None if end is None else f"{end.campaign_id}.{end.id}"
    return Page([_line(row, now_ms) for row in rows[:size]], following)


def _line(row: AnyRow, now_ms: int) -> CouponLine:
    return CouponLine(
        code=row.code,
        campaign=row.campaign_id,
        title=row.title,
        state=state_at(CouponState(row.state), row.expires_ms, now_ms),
        store=row.store_id,
        issued_ms=row.issued_ms,
        expires_ms=row.expires_ms,
        redeemed_ms=row.redeemed_ms,
        redeemed_store=row.redeemed_store_id,
    )
