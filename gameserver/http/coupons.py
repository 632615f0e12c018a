"""Coupons over the counter: looked up, redeemed, taken back, withdrawn."""

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import Connection

from gameserver.game.model import CouponState
from gameserver.http.call import Call, NoQuery, Role
from gameserver.http.errors import Problem, invalid
from gameserver.http.route import Done
from gameserver.http.texts import Id, Reason, is_code
from gameserver.ledger import redeeming
from gameserver.ledger.redeeming import (
    Actor,
    AlreadyRedeemed,
    AlreadyVoid,
    Expired,
    FoundCoupon,
    NothingToReverse,
    NotTheirs,
    Redeemed,
    Reversed,
    TooLateToReverse,
    UnknownCoupon,
    UnknownStore,
    Voided,
    WrongMerchant,
)
from gameserver.live.messages import CouponChanged
from gameserver.protocol import coupon_view


class Redemption(Struct, frozen=True, forbid_unknown_fields=True):
    """The store, one of the merchant's own, at which a coupon is redeemed."""

    store: Id


class Withdrawal(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a coupon is withdrawn, for the merchant's own record."""

    reason: Reason


class Reversal(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a redemption is taken back, for the merchant's own record."""

    reason: Reason


class CouponDetails(Struct, frozen=True, kw_only=True):
    """A coupon with what a clerk needs to honour it, and for its merchant a little more.

    `redeemed_store` is the store at which it was redeemed. `campaign`, `store` (at which it was
    caught), `issued_ms` and `void_reason` are told to the merchant and not to clerks.
    """

    code: str
    campaign: str | UnsetType = UNSET
    title: str
    kind: str
    value: float
    currency: str | None
    terms: str
    state: CouponState
    store: str | UnsetType = UNSET
    issued_ms: int | UnsetType = UNSET
    expires_ms: int
    redeemed_ms: int | None
    redeemed_store: str | None
    void_reason: str | UnsetType | None = UNSET


UNKNOWN = Problem("unknown_coupon")
WRONG_MERCHANT = Problem("wrong_merchant")
NOT_THEIRS = (UNKNOWN.code, WRONG_MERCHANT.code)


async def look_up(call: Call[None, NoQuery]) -> CouponDetails | Problem:
    """What a code is worth. Case, spaces and hyphens of a generated code do not matter."""
    code = call.path["code"]
    if not is_code(code):
        return UNKNOWN
    found = await call.site.ledger.coupons.find(code, call.merchant)
    return shown(found, call.who.role) if isinstance(found, FoundCoupon) else not_theirs(found)


def redeem(connection: Connection, call: Call[Redemption, NoQuery]) -> Done | Problem:
    """Redeem a coupon at a store: once, whoever else tries it meanwhile."""
    code = call.path["code"]
    if not is_code(code):
        return UNKNOWN
    vouched_store = call.who.through.store if call.who.through is not None else None
    by = Actor(call.merchant, call.key, vouched_store)
    result = redeeming.redeem(connection, code, call.body.store, by, call.now_ms)
    if isinstance(result, Redeemed):
        return _changed(result.found, call.who.role)
    return _problem(result, call.who.role)


def reverse(connection: Connection, call: Call[Reversal, NoQuery]) -> Done | Problem:
    """Take back a redemption of the last 24 hours: the coupon is good again, or expired by now.

    Not for clerks, who redeem. What was redeemed when and where stays in the books, with the
    reason, and so does the key that took it back.
    """
    code = call.path["code"]
    if not is_code(code):
        return UNKNOWN
    by = Actor(call.merchant, call.key)
    result = redeeming.reverse(connection, code, call.body.reason, by, call.now_ms)
    if isinstance(result, Reversed):
        return _changed(result.found, call.who.role)
    return _not_reversed(result)


def void(connection: Connection, call: Call[Withdrawal, NoQuery]) -> CouponDetails | Done | Problem:
    """Withdraw a coupon that was not used. Withdrawing it again is the same."""
    code = call.path["code"]
    if not is_code(code):
        return UNKNOWN
    by = Actor(call.merchant, call.key)
    result = redeeming.void(connection, code, call.body.reason, by, call.now_ms)
    if not isinstance(result, Voided):
        return _problem(result, call.who.role)
    if result.repeated:
        return shown(result.found, call.who.role)
    return _changed(result.found, call.who.role)


def shown(found: FoundCoupon, role: Role) -> CouponDetails:
    """A coupon of the ledger as a clerk or its merchant sees it."""
    coupon, whole = found.coupon, role is Role.MERCHANT
    return CouponDetails(
        code=coupon.code,
        campaign=coupon.campaign if whole else UNSET,
        title=coupon.title,
        kind=found.kind,
        value=found.value,
        currency=found.currency,
        terms=found.terms,
        state=coupon.state,
        store=coupon.store if whole else UNSET,
        issued_ms=coupon.issued_ms if whole else UNSET,
        expires_ms=coupon.expires_ms,
        redeemed_ms=found.redeemed_ms,
        redeemed_store=found.redeemed_store,
        void_reason=found.void_reason if whole else UNSET,
    )


def not_theirs(why: NotTheirs) -> Problem:
    """That a code is nobody's, or another merchant's."""
    return WRONG_MERCHANT if isinstance(why, WrongMerchant) else UNKNOWN


def _changed(found: FoundCoupon, role: Role) -> Done:
    """The coupon, and the news of it for its player."""
    return Done(
        shown(found, role), CouponChanged(found.coupon.player, None, coupon_view(found.coupon))
    )


def _not_reversed(why: redeeming.NotReversed) -> Problem:
    match why:
        case UnknownCoupon() | WrongMerchant():
            return not_theirs(why)
        case NothingToReverse(state):
            return Problem("not_redeemed", more={"state": state})
        case TooLateToReverse(redeemed_ms, until_ms):
            more = {"redeemed_ms": redeemed_ms, "reversible_until_ms": until_ms}
            return Problem("too_late", more=more)


def _problem(why: redeeming.NotRedeemed | redeeming.NotVoided, role: Role) -> Problem:
    match why:
        case UnknownCoupon() | WrongMerchant():
            return not_theirs(why)
        case UnknownStore():
            return invalid("store", "this merchant has no such store")
        case AlreadyRedeemed(redeemed_ms, store):
            more = {"redeemed_ms": redeemed_ms, "redeemed_store": store}
            return Problem("already_redeemed", more=more)
        case Expired(expires_ms):
            return Problem("expired", more={"expires_ms": expires_ms})
        case AlreadyVoid(reason):
            return Problem("void", more={"void_reason": reason} if role is Role.MERCHANT else {})
