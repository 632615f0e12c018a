"""What happens to coupons, in order, for whoever wants to hear of it."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, select

from gameserver.game.coupons import state_at
from gameserver.game.model import CouponChange, CouponState, CouponView
from gameserver.ledger.batch import AnyRow
from gameserver.ledger.paging import page_size
from gameserver.ledger.tables import campaigns, coupon_events, coupons

GAP_MS = 500
"""How long a missing number is waited for: its transaction may be about to commit."""

_CHANGES = (
    select(
        coupon_events.c.id.label("number"),
        coupon_events.c.at_ms,
        coupons.c.player_id,
        coupons.c.catch_id,
        coupons.c.code,
        coupons.c.campaign_id,
        campaigns.c.title,
        coupons.c.state,
        coupons.c.expires_ms,
    )
    .select_from(coupon_events.join(coupons).join(campaigns))
    .order_by(coupon_events.c.id)
)
_AFTER = _CHANGES.where(coupon_events.c.id > bindparam("after")).limit(bindparam("most"))
_LAST = _CHANGES.where(coupon_events.c.id == select(func.max(coupon_events.c.id)).scalar_subquery())


def changes(
    connection: Connection, after: int | None, limit: int, now_ms: int
) -> list[CouponChange]:
    """At most `limit` changes after the one numbered `after`; None: only the last that there is.

    Nothing is passed over, though PostgreSQL may commit a change after one with a higher number:
    a fresh change is told once all numbers before it are there, or GAP_MS old.
    """
    if after is None:
        return [_change(row, now_ms) for row in connection.execute(_LAST)]
    asked = {"after": after, "most": page_size(limit)}
    rows = connection.execute(_AFTER, asked).all()
    return [_change(row, now_ms) for row in _settled(rows, after, now_ms)]


def _settled(rows: Sequence[AnyRow], after: int, now_ms: int) -> Sequence[AnyRow]:
    """The rows before the first gap that may still be filled."""
    for index, row in enumerate(rows):
        if row.number != after + 1 and now_ms - row.at_ms < GAP_MS:
            return rows[:index]
        after = row.number
    return rows


def _change(row: AnyRow, now_ms: int) -> CouponChange:
    state = state_at(CouponState(row.state), row.expires_ms, now_ms)
    view = CouponView(row.code, row.campaign_id, row.title, state, row.expires_ms)
    return CouponChange(row.number, row.player_id, row.catch_id, view)
