"""A player's coupons, as the player sees them."""

from msgspec import Struct
from sqlalchemy import Connection, bindparam, select

from gameserver.game.coupons import state_at
from gameserver.game.model import CouponState
from gameserver.ledger.batch import AnyRow
from gameserver.ledger.paging import Page, number_cursor, page_size
from gameserver.ledger.redeeming import code_is_typed, typed_code
from gameserver.ledger.tables import campaigns, coupons


class HeldCoupon(Struct, frozen=True):
    """One coupon in a wallet."""

    code: str
    campaign: str
    title: str
    state: CouponState
    expires_ms: int
    cat: str
    catch: str
    store: str
    issued_ms: int
    redeemed_ms: int | None


_PAGE = (
    select(
        coupons.c.id,
        coupons.c.code,
        coupons.c.campaign_id,
        campaigns.c.title,
        coupons.c.state,
        coupons.c.expires_ms,
        coupons.c.cat_id,
        coupons.c.catch_id,
        coupons.c.store_id,
        coupons.c.issued_ms,
        coupons.c.redeemed_ms,
    )
    .join_from(coupons, campaigns)
    .where(coupons.c.player_id == bindparam("player"), coupons.c.id < bindparam("before"))
    .order_by(coupons.c.id.desc())
    .limit(bindparam("most"))
)

_MINE = select(coupons.c.code).where(code_is_typed, coupons.c.player_id == bindparam("player"))

_NEWEST = 2**62


def wallet(
    connection: Connection, player: str, limit: int, cursor: str | None, now_ms: int
) -> Page[HeldCoupon]:
    """A player's coupons, the newest first, with the state that they have at `now_ms`."""
    before = number_cursor(cursor, _NEWEST)
    size = page_size(limit)
    asked = {"player": player, "before": before, "most": size + 1}
    rows = connection.execute(_PAGE, asked).all()
    following = str(rows[size - 1].id) if len(rows) > size else None
    return Page([_coupon(row, now_ms) for row in rows[:size]], following)


def code_of_player(connection: Connection, code: str, player: str) -> str | None:
    """The code as it was issued, however it is typed, if the coupon is the player's."""
    forms = typed_code(code)
    if forms is None:
        return None
    found: str | None = connection.scalar(_MINE, {**forms, "player": player})
    return found


def _coupon(row: AnyRow, now_ms: int) -> HeldCoupon:
    return HeldCoupon(
        code=row.code,
        campaign=row.campaign_id,
        title=row.title,
        state=state_at(CouponState(row.state), row.expires_ms, now_ms),
        expires_ms=row.expires_ms,
        cat=row.cat_id,
        catch=row.catch_id,
        store=row.store_id,
        issued_ms=row.issued_ms,
        redeemed_ms=row.redeemed_ms,
    )
