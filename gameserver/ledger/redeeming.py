"""What happens to a coupon after it was issued: redeemed (and that reversed), voided, or expired.

game/coupons.py has the table of what may follow what. Every change is a row in `coupon_events`.
"""

from msgspec import Struct
from sqlalchemy import Connection, bindparam, insert, select, update

from gameserver.game.codes import read_code
from gameserver.game.coupons import REVERSIBLE_MS, Change, after, is_reversible
from gameserver.game.model import Coupon, CouponState
from gameserver.ledger.batch import AnyRow, Many, many_inserts
from gameserver.ledger.issuing import read_coupon
from gameserver.ledger.tables import (
    campaigns,
    coupon_events,
    coupon_is_active,
    coupons,
    stores,
)


class Actor(Struct, frozen=True):
    """On whose behalf a coupon is changed, and with which key.

    `vouched_store` is a store of which it is known elsewhere that it is the merchant's.
    """

    merchant: str
    key: str
    vouched_store: str | None = None


class FoundCoupon(Struct, frozen=True):
    """A coupon with all that a clerk needs to honour it."""

    coupon: Coupon
    kind: str
    value: float
    currency: str | None
    terms: str
    redeemed_ms: int | None = None
    redeemed_store: str | None = None
    void_reason: str | None = None


class Redeemed(Struct, frozen=True):
    """Done: this call, and no other, redeemed the coupon."""

    found: FoundCoupon


class Voided(Struct, frozen=True):
    """The coupon is void; `repeated` if it was so before."""

    found: FoundCoupon
    repeated: bool


class Reversed(Struct, frozen=True):
    """Done: the redemption is taken back. The coupon is active, or expired by now."""

    found: FoundCoupon


class UnknownCoupon(Struct, frozen=True):
    """No coupon has that code."""


class WrongMerchant(Struct, frozen=True):
    """The coupon is another merchant's, which is all that is told of it."""


class UnknownStore(Struct, frozen=True):
    """The merchant has no such store."""


class AlreadyRedeemed(Struct, frozen=True):
    """Somebody was here before."""

    redeemed_ms: int
    store: str | None


class Expired(Struct, frozen=True):
    """Its time is over."""

    expires_ms: int


class AlreadyVoid(Struct, frozen=True):
    """The merchant withdrew it."""

    reason: str | None


class NothingToReverse(Struct, frozen=True):
    """The coupon is not redeemed."""

    state: CouponState


class TooLateToReverse(Struct, frozen=True):
    """The redemption is too long ago."""

    redeemed_ms: int
    until_ms: int


NotTheirs = UnknownCoupon | WrongMerchant
NotRedeemed = NotTheirs | UnknownStore | AlreadyRedeemed | Expired | AlreadyVoid
NotVoided = NotTheirs | AlreadyRedeemed | Expired
NotReversed = NotTheirs | NothingToReverse | TooLateToReverse

_CODE_MAX = 64

code_is_typed = coupons.c.code.in_((bindparam("as_typed"), bindparam("as_read")))

_FIND = (
    select(
        coupons,
        campaigns.c.merchant_id,
        campaigns.c.title,
        campaigns.c.kind,
        campaigns.c.value,
        campaigns.c.currency,
        campaigns.c.terms,
        select(coupon_events.c.reason)
        .where(coupon_events.c.coupon_id == coupons.c.id, coupon_events.c.change == "void")
        .scalar_subquery()
        .label("void_reason"),
    )
    .join_from(coupons, campaigns)
    .where(code_is_typed)
)
_EVENT = insert(coupon_events)
_EXPIRING = (
    select(coupons.c.id)
    .where(coupon_is_active, coupons.c.expires_ms <= bindparam("now_ms"))
    .order_by(coupons.c.expires_ms)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_EXPIRE = Many(
    update(coupons).where(coupons.c.id == bindparam("coupon")).values(state=bindparam("new_state")),
    "new_state",
    "coupon",
)
_EXPIRED = many_inserts(coupon_events, "coupon_id", "change", "at_ms")


def find(connection: Connection, code: str, merchant: str, now_ms: int) -> FoundCoupon | NotTheirs:
    """The coupon of a code, however it is typed, if it is of one of the merchant's campaigns."""
    row = _row(connection, code, merchant)
    return row if isinstance(row, NotTheirs) else _found(row, now_ms)


def redeem(
    connection: Connection, code: str, store: str, by: Actor, now_ms: int
) -> Redeemed | NotRedeemed:
    """Redeem a coupon at one of the merchant's stores: once, whoever else tries it meanwhile."""
    row = _locked(connection, code, by.merchant)
    if isinstance(row, NotTheirs):
        return row
    no = _refusal(row, Change.REDEEM, now_ms)
    if no is not None:
        return no
    known = select(stores.c.id).where(stores.c.id == store, stores.c.merchant_id == by.merchant)
    if store != by.vouched_store and connection.scalar(known) is None:
        return UnknownStore()
    connection.execute(
        update(coupons)
        .where(coupons.c.id == row.id)
        .values(state="redeemed", redeemed_ms=now_ms, redeemed_store_id=store)
    )
    _count_redeemed(connection, row.campaign_id, 1)
    connection.execute(
        _EVENT.values(
            coupon_id=row.id, change="redeem", at_ms=now_ms, key_id=by.key, store_id=store
        )
    )
    return Redeemed(_again(connection, code, by.merchant, now_ms))


def reverse(
    connection: Connection, code: str, reason: str, by: Actor, now_ms: int
) -> Reversed | NotReversed:
    """Take back a redemption, for as long as that may be done (game/coupons.py)."""
    row = _locked(connection, code, by.merchant)
    if isinstance(row, NotTheirs):
        return row
    state = read_coupon(row, now_ms).state
    back = after(state, Change.REVERSE)
    if back is None:
        return NothingToReverse(state)
    if not is_reversible(row.redeemed_ms, now_ms):
        return TooLateToReverse(row.redeemed_ms, row.redeemed_ms + REVERSIBLE_MS)
    connection.execute(
        update(coupons)
        .where(coupons.c.id == row.id)
        .values(state=back.value, redeemed_ms=None, redeemed_store_id=None)
    )
    _count_redeemed(connection, row.campaign_id, -1)
    connection.execute(
        _EVENT.values(
            coupon_id=row.id,
            change="reverse",
            at_ms=now_ms,
            key_id=by.key,
            store_id=row.redeemed_store_id,
            reason=reason,
        )
    )
    return Reversed(_again(connection, code, by.merchant, now_ms))


def void(
    connection: Connection, code: str, reason: str, by: Actor, now_ms: int
) -> Voided | NotVoided:
    """Withdraw a coupon that has not been used. It stays counted as issued."""
    row = _locked(connection, code, by.merchant)
    if isinstance(row, NotTheirs):
        return row
    no = _refusal(row, Change.VOID, now_ms)
    if isinstance(no, AlreadyVoid):
        return Voided(_found(row, now_ms), repeated=True)
    if no is not None:
        return no
    connection.execute(update(coupons).where(coupons.c.id == row.id).values(state="void"))
    connection.execute(
        _EVENT.values(coupon_id=row.id, change="void", at_ms=now_ms, key_id=by.key, reason=reason)
    )
    return Voided(_again(connection, code, by.merchant, now_ms), repeated=False)


def expire(connection: Connection, now_ms: int, limit: int) -> int:
    """Write down of at most `limit` coupons that they have expired, and say of how many.

    Nothing depends on when this happens: whoever reads a coupon looks at the time.
    """
    ids = list(connection.scalars(_EXPIRING, {"now_ms": now_ms, "most": limit}))
    _EXPIRE(connection, [("expired", id_) for id_ in ids])
    _EXPIRED(connection, [(id_, "expire", now_ms) for id_ in ids])
    return len(ids)


def _count_redeemed(connection: Connection, campaign: str, by: int) -> None:
    connection.execute(
        update(campaigns)
        .where(campaigns.c.id == campaign)
        .values(redeemed=campaigns.c.redeemed + by)
    )


def typed_code(code: str) -> dict[str, str] | None:
    """What a code that somebody typed may stand for, as parameters of `code_is_typed`."""
    typed = code.strip()
    if len(typed) > _CODE_MAX or not typed.isprintable():
        return None
    return {"as_typed": typed, "as_read": read_code(typed) or typed}


def _locked(connection: Connection, code: str, merchant: str) -> AnyRow | NotTheirs:
    """The coupon's row as it is once its campaign and it are locked."""
    row = _row(connection, code, merchant)
    if isinstance(row, NotTheirs) or connection.dialect.name == "sqlite":
        return row
    lock = select(campaigns.c.id).where(campaigns.c.id == row.campaign_id)
    connection.execute(lock.with_for_update(key_share=True))
    connection.execute(select(coupons.c.id).where(coupons.c.id == row.id).with_for_update())
    return _row(connection, code, merchant)


def _row(connection: Connection, code: str, merchant: str) -> AnyRow | NotTheirs:
    forms = typed_code(code)
    rows = [] if forms is None else connection.execute(_FIND, forms).all()
    mine = next((row for row in rows if row.merchant_id == merchant), None)
    if mine is not None:
        return mine
    return WrongMerchant() if rows else UnknownCoupon()


def _refusal(
    row: AnyRow, change: Change, now_ms: int
) -> AlreadyRedeemed | Expired | AlreadyVoid | None:
    """Why the coupon refuses a change, or None."""
    state = read_coupon(row, now_ms).state
    if after(state, change) is not None:
        return None
    match state:
        case CouponState.REDEEMED:
            return AlreadyRedeemed(row.redeemed_ms, row.redeemed_store_id)
        case CouponState.VOID:
            return AlreadyVoid(row.void_reason)
        case _:
            return Expired(row.expires_ms)


def _again(connection: Connection, code: str, merchant: str, now_ms: int) -> FoundCoupon:
    found = find(connection, code, merchant, now_ms)
    assert isinstance(found, FoundCoupon)
    return found


def _found(row: AnyRow, now_ms: int) -> FoundCoupon:
    return FoundCoupon(
        coupon=read_coupon(row, now_ms),
        kind=row.kind,
        value=row.value,
        currency=row.currency,
        terms=row.terms,
        redeemed_ms=row.redeemed_ms,
        redeemed_store=row.redeemed_store_id,
        void_reason=row.void_reason,
    )
