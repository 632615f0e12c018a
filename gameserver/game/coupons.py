"""The life of a coupon, and who may have one: the rules without the books.

A coupon's life is the table LIFE. These rules go with it:

1. A coupon changes only by a change that LIFE lists for its state; any other is refused.
2. A coupon that is `active` past its last moment is `expired`, whether or not somebody has written
   that down yet (`state_at`).
3. A redemption is reversed for a while only (`is_reversible`); the coupon is then as active as it
   would be without it, which may be expired.
"""

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from functools import cache, lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from msgspec import Struct

from gameserver.game.model import CouponState, IssueStatus, LimitKind


class Change(StrEnum):
    """What can happen to a coupon after it was issued."""

    REDEEM = "redeem"
    EXPIRE = "expire"
    VOID = "void"
    REVERSE = "reverse"


LIFE: dict[CouponState, dict[Change, CouponState]] = {
    # Said to players only; the books have no coupon yet.
    CouponState.PENDING: {},
    CouponState.ACTIVE: {
        Change.REDEEM: CouponState.REDEEMED,
        Change.EXPIRE: CouponState.EXPIRED,
        Change.VOID: CouponState.VOID,
    },
    CouponState.REDEEMED: {Change.REVERSE: CouponState.ACTIVE},
    CouponState.EXPIRED: {},
    CouponState.VOID: {},
}


def state_at(state: CouponState, expires_ms: int, now_ms: int) -> CouponState:
    """What a coupon written down as `state` is at `now_ms`. It expires at `expires_ms` sharp."""
    if state is CouponState.ACTIVE and now_ms >= expires_ms:
        return CouponState.EXPIRED
    return state


def after(state: CouponState, change: Change) -> CouponState | None:
    """The state that a change leads to, or None where the coupon's state refuses it."""
    return LIFE[state].get(change)


REVERSIBLE_MS = 24 * 3_600_000
"""How long after a redemption it can be reversed; the till's day is closed by then."""


def is_reversible(redeemed_ms: int, now_ms: int) -> bool:
    """Whether a redemption can still be reversed. The last moment is not included."""
    return now_ms - redeemed_ms < REVERSIBLE_MS


CampaignState = Literal["active", "paused", "ended"]

Pace = Literal["even"]
"""How the stock is spread over the campaign's time; without one it goes as fast as it is caught."""


class Offer(Struct, frozen=True):
    """What a campaign grants, to whom and when; None is no limit and no bound."""

    state: CampaignState
    starts_ms: int | None
    ends_ms: int | None
    per_player: int | None
    per_player_day: int | None


class Held(Struct, frozen=True):
    """How many coupons of one campaign a player was ever given, in all and on one day."""

    in_all: int
    that_day: int


class Refusal(Struct, frozen=True):
    """Why no coupon is issued."""

    status: IssueStatus
    limit: LimitKind | None = None


CLOSED = Refusal("closed")
PAUSED = Refusal("closed", "paused")
ENDED = Refusal("closed", "ended")
NOT_BEGUN = Refusal("closed", "not_begun")
OVER = Refusal("closed", "over")
SOLD_OUT = Refusal("sold_out", "stock")
OVER_BUDGET = Refusal("sold_out", "budget")
AHEAD_OF_PACE = Refusal("closed", "pace")


def campaign_is_open(offer: Offer, held: Held, now_ms: int) -> Refusal | None:
    """Active, begun and not over; the last moment is not included."""
    if offer.state != "active":
        return ENDED if offer.state == "ended" else PAUSED
    if offer.starts_ms is not None and now_ms < offer.starts_ms:
        return NOT_BEGUN
    if offer.ends_ms is not None and now_ms >= offer.ends_ms:
        return OVER
    return None


def under_the_player_limit(offer: Offer, held: Held, now_ms: int) -> Refusal | None:
    """Redeemed, expired and voided coupons count as well: the player had them."""
    if offer.per_player is not None and held.in_all >= offer.per_player:
        return Refusal("limit", "per_player")
    return None


def under_the_daily_limit(offer: Offer, held: Held, now_ms: int) -> Refusal | None:
    """As the limit per player, but for the day of the catch at the store."""
    if offer.per_player_day is not None and held.that_day >= offer.per_player_day:
        return Refusal("limit", "per_player_day")
    return None


class Supply(Struct, frozen=True):
    """What bounds the coupons of a campaign that are issued or set aside, all together.

    `stock` counts the merchant's own codes in. A budget is money for coupons of `value` each.
    """

    stock: int
    value: float = 0.0
    budget: float | None = None
    pace: Pace | None = None
    starts_ms: int | None = None
    ends_ms: int | None = None


class Bound(Struct, frozen=True):
    """How many coupons there can be, and why there can be no more."""

    most: int
    refusal: Refusal


def bound(supply: Supply, now_ms: int) -> Bound:
    """The tightest bound on what is issued and set aside at `now_ms`.

    That is the stock, what the budget pays for, and at an even pace that share of both of which
    the time has come.
    """
    found = Bound(supply.stock, SOLD_OUT)
    if supply.budget is not None and affordable(supply.budget, supply.value) < found.most:
        found = Bound(affordable(supply.budget, supply.value), OVER_BUDGET)
    if supply.pace is None or supply.starts_ms is None or supply.ends_ms is None:
        return found
    paced = evenly(found.most, supply.starts_ms, supply.ends_ms, now_ms)
    return Bound(paced, AHEAD_OF_PACE) if paced < found.most else found


@lru_cache(maxsize=1024)
def affordable(budget: float, value: float) -> int:
    """How many coupons of `value` a budget pays for, reckoned in decimals as people do."""
    return Fraction(repr(budget)) // Fraction(repr(value))


OPENING_SHARE = 100
"""An even pace begins as if one part in so many of the time had passed: cats need coupons to come
out with."""


def evenly(stock: int, starts_ms: int, ends_ms: int, now_ms: int) -> int:
    """How much of a stock may be out at `now_ms`: the share of the time passed, rounded up."""
    span_ms = ends_ms - starts_ms
    passed_ms = min(max(now_ms - starts_ms, span_ms // OPENING_SHARE, 1), span_ms)
    return -(-stock * passed_ms // span_ms)


Rule = Callable[[Offer, Held, int], Refusal | None]

RULES: tuple[Rule, ...] = (campaign_is_open, under_the_player_limit, under_the_daily_limit)


def refusal(offer: Offer, held: Held, now_ms: int) -> Refusal | None:
    """The first rule that speaks against a coupon, or None."""
    for rule in RULES:
        found = rule(offer, held, now_ms)
        if found is not None:
            return found
    return None


LATE_MS = 24 * 3_600_000
"""A catch that is brought to the books later than this counts for the day of being brought."""


def counted_day(at_ms: int, now_ms: int, timezone: str) -> int:
    """The day that a catch counts for: the days from 1970-01-01 to its local date at the store.

    A catch time in the future is taken as now, one that is too old (LATE_MS) too.
    """
    moment_ms = at_ms if now_ms - LATE_MS <= at_ms <= now_ms else now_ms
    return _day_of_minute(moment_ms // 60_000, timezone)


# Most catches are brought in the minute in which they are made. A minute is of one day everywhere:
# since 1972 no zone's clock has been off by a part of one.
@lru_cache(maxsize=4096)
def _day_of_minute(minute: int, timezone: str) -> int:
    local = datetime.fromtimestamp(minute * 60, _zone(timezone))
    return local.toordinal() - _EPOCH


def is_timezone(name: str) -> bool:
    """Whether it is an IANA zone that this machine knows; the list is read once per process."""
    return name in _timezones()


_EPOCH = date(1970, 1, 1).toordinal()


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@cache
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())
