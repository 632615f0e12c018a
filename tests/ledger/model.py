"""What the books should say, in plain Python: campaigns, reservations, coupons, kept answers."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any, Literal

from gameserver.game.model import CouponState, LimitKind
from gameserver.ledger.redeeming import (
    AlreadyRedeemed,
    AlreadyVoid,
    Expired,
    NothingToReverse,
    Redeemed,
    Reversed,
    TooLateToReverse,
    Voided,
)
from tests.ledger.shop import DAY_MS

VALID_MS = 2 * DAY_MS
KEPT_MS = DAY_MS
"""How long an answer is kept under its Idempotency-Key."""

Deed = Literal["redeem", "reverse", "void"]


@dataclass
class Terms:
    """A campaign, as a merchant gives it; the names are those of NewCampaign."""

    stock: int = 8
    state: str = "active"
    kind: str = "gift"
    value: float = 0.0
    per_player: int | None = None
    per_player_day: int | None = None
    starts_ms: int | None = None
    ends_ms: int | None = None
    budget: float | None = None
    pace: str | None = None
    codes: str = "generated"
    valid_for_s: int = VALID_MS // 1000

    @property
    def fields(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "stock"}


@dataclass
class Held:
    """Coupons set aside for a cat."""

    side: int
    granted: int
    issued: int = 0
    released: int = 0

    @property
    def left(self) -> int:
        return self.granted - self.issued - self.released


@dataclass
class Coupon:
    """A coupon; its code is known once somebody was told."""

    side: int
    cat: str
    player: str
    day: int
    expires_ms: int
    code: str | None = None
    state: CouponState = CouponState.ACTIVE
    redeemed_ms: int = 0

    def at(self, now_ms: int) -> CouponState:
        over = self.state is CouponState.ACTIVE and now_ms >= self.expires_ms
        return CouponState.EXPIRED if over else self.state


@dataclass
class Catch:
    """A catch that asks for a coupon of the campaign on one side of the street."""

    cat: str
    player: str
    side: int
    at_ms: int


Told = tuple[str, LimitKind | None, Coupon | None]
"""What a catch is told: status, limit, coupon."""


@dataclass
class Model:
    """The books. Every method does what the ledger's of that name should do, and says the same."""

    sides: list[Terms]
    codes: dict[int, list[str]] = field(default_factory=dict)
    held: dict[str, Held] = field(default_factory=dict)
    coupons: list[Coupon] = field(default_factory=list)
    kept: dict[str, tuple[int, Deed, Coupon, str]] = field(default_factory=dict)

    def of(self, side: int) -> list[Coupon]:
        return [coupon for coupon in self.coupons if coupon.side == side]

    def reserved(self, side: int) -> int:
        return sum(held.left for held in self.held.values() if held.side == side)

    def most(self, side: int, now_ms: int) -> tuple[int, str, LimitKind]:
        """How many coupons there can be by now, and what is said when there are no more."""
        terms = self.sides[side]
        most, status = terms.stock, "sold_out"
        limit: LimitKind = "stock"
        if terms.codes == "uploaded":
            most = min(most, len(self.codes.get(side, ())))
        if terms.budget is not None:
            paid = affordable(terms.budget, terms.value)
            if paid < most:
                most, limit = paid, "budget"
        if terms.pace is not None:
            assert terms.starts_ms is not None
            assert terms.ends_ms is not None
            share = Fraction(now_ms - terms.starts_ms, terms.ends_ms - terms.starts_ms)
            paced = ceil(most * min(max(share, Fraction(1, 100)), Fraction(1)))
            if paced < most:
                most, status, limit = paced, "closed", "pace"
        return most, status, limit

    def free(self, side: int, now_ms: int) -> int:
        return self.most(side, now_ms)[0] - self.reserved(side) - len(self.of(side))

    def closed(self, side: int, now_ms: int) -> LimitKind | None:
        """Why nobody can have a coupon now, or None where the campaign is open."""
        terms = self.sides[side]
        if terms.state != "active":
            return "ended" if terms.state == "ended" else "paused"
        if terms.starts_ms is not None and now_ms < terms.starts_ms:
            return "not_begun"
        return "over" if terms.ends_ms is not None and now_ms >= terms.ends_ms else None

    def reserve(self, cat: str, side: int, count: int, now_ms: int) -> int:
        if cat not in self.held:
            granted = 0 if self.closed(side, now_ms) else min(count, self.free(side, now_ms))
            if granted <= 0:
                return 0
            self.held[cat] = Held(side, granted)
        held = self.held[cat]
        return held.granted - held.released if held.side == side else 0

    def release(self, cat: str, count: int) -> None:
        held = self.held.get(cat)
        if held is not None:
            held.released = max(held.released, min(count, held.granted - held.issued))

    def issue(self, batch: Sequence[Catch], now_ms: int) -> list[Told]:
        return [self._issue_one(catch, now_ms) for catch in batch]

    def _issue_one(self, catch: Catch, now_ms: int) -> Told:
        side, player = catch.side, catch.player
        for coupon in self.coupons:
            if (coupon.cat, coupon.player) == (catch.cat, player):
                return "already", None, coupon
        closed = self.closed(side, now_ms)
        if closed is not None:
            return "closed", closed, None
        terms = self.sides[side]
        counted_ms = catch.at_ms if now_ms - DAY_MS <= catch.at_ms <= now_ms else now_ms
        day = counted_ms // DAY_MS
        mine = [coupon for coupon in self.of(side) if coupon.player == player]
        if terms.per_player is not None and len(mine) >= terms.per_player:
            return "limit", "per_player", None
        that_day = sum(coupon.day == day for coupon in mine)
        if terms.per_player_day is not None and that_day >= terms.per_player_day:
            return "limit", "per_player_day", None
        held = self.held.get(catch.cat)
        if held is not None and held.side == side and held.left > 0:
            held.issued += 1
        elif self.free(side, now_ms) <= 0:
            return (*self.most(side, now_ms)[1:], None)
        coupon = Coupon(side, catch.cat, player, day, now_ms + VALID_MS)
        if terms.codes == "uploaded":
            coupon.code = self.codes[side][len(self.of(side))]
        self.coupons.append(coupon)
        return "issued", None, coupon

    def expire(self, now_ms: int) -> int:
        late = [coupon for coupon in self.coupons if coupon.state is not coupon.at(now_ms)]
        for coupon in late:
            coupon.state = CouponState.EXPIRED
        return len(late)

    def add_codes(self, side: int, codes: Sequence[str]) -> tuple[int, list[str]]:
        """How many are new, and which were there before."""
        there = {code for known in self.codes.values() for code in known}
        fresh = [code for code in codes if code not in there]
        self.codes.setdefault(side, []).extend(fresh)
        return len(fresh), [code for code in codes if code in there]

    def change(self, side: int, name: str, value: Any) -> str:
        """What comes of giving a campaign's field another value."""
        terms = self.sides[side]
        if getattr(terms, name) == value:
            return "Campaign"
        out = self.reserved(side) + len(self.of(side))
        if name == "state" and terms.state == "ended":
            return "CampaignEnded"
        if name == "stock" and value < out:
            return "StockTooLow"
        if name == "budget" and affordable(value, terms.value) < max(1, out):
            return "BudgetTooLow"
        setattr(terms, name, value)
        return "Campaign"

    def do(self, deed: Deed, coupon: Coupon, now_ms: int) -> str:
        """What `said` says of doing something with a coupon at the till."""
        if deed == "reverse":
            return self._reverse(coupon, now_ms)
        refused = {
            CouponState.REDEEMED: f"already redeemed at {coupon.redeemed_ms}",
            CouponState.EXPIRED: f"expired at {coupon.expires_ms}",
            CouponState.VOID: "void before",
        }
        state = coupon.at(now_ms)
        if state in refused:
            return refused[state]
        if deed == "void":
            coupon.state = CouponState.VOID
            return "void"
        coupon.state, coupon.redeemed_ms = CouponState.REDEEMED, now_ms
        return "redeemed"

    def _reverse(self, coupon: Coupon, now_ms: int) -> str:
        if coupon.state is not CouponState.REDEEMED:
            return f"nothing to reverse: {coupon.at(now_ms)}"
        if now_ms - coupon.redeemed_ms >= DAY_MS:
            return f"too late since {coupon.redeemed_ms + DAY_MS}"
        coupon.state, coupon.redeemed_ms = CouponState.ACTIVE, 0
        return f"reversed: {coupon.at(now_ms)}"

    def do_once(self, key: str, deed: Deed, coupon: Coupon, now_ms: int) -> str | None:
        """The same with an Idempotency-Key; None where the key was used for something else."""
        if key in self.kept and now_ms - self.kept[key][0] < KEPT_MS:
            _, before, of, answer = self.kept[key]
            return answer if (before, of) == (deed, coupon) else None
        answer = self.do(deed, coupon, now_ms)
        self.kept[key] = now_ms, deed, coupon, answer
        return answer


def affordable(budget: float, value: float) -> int:
    return int(Decimal(str(budget)) // Decimal(str(value)))


def said(done: object) -> str:
    """What the ledger answered to a deed, in the model's words."""
    match done:
        case Redeemed():
            words = "redeemed"
        case Reversed(found):
            words = f"reversed: {found.coupon.state}"
        case Voided(_, repeated):
            words = "void before" if repeated else "void"
        case AlreadyVoid():
            words = "void before"
        case AlreadyRedeemed(redeemed_ms):
            words = f"already redeemed at {redeemed_ms}"
        case Expired(expires_ms):
            words = f"expired at {expires_ms}"
        case NothingToReverse(state):
            words = f"nothing to reverse: {state}"
        case TooLateToReverse(_, until_ms):
            words = f"too late since {until_ms}"
        case _:
            raise TypeError(f"{done!r}")
    return words
