"""The wire of `/play`: every message and code. `gameserver.codecs` encodes and decodes them.

A message is a map with `type`. The structs below are what the server decodes with, and the
protocol's documentation and `/asyncapi.json` are generated from them and from the tables here.
Unknown fields are ignored; an unknown type is an error.
"""

from enum import IntEnum
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta, Struct

from gameserver.game.datum import Datum
from gameserver.game.model import Cat, Coupon, CouponState, CouponView

MESSAGE_MAX = 4096
"""A client's message is at most this many bytes; a longer one closes the socket with 1009."""

HELLO_WITHIN_S = 10.0
"""The first message must be there this long after the handshake, or the socket closes, 4103."""

MESSAGES_PER_S = 30.0
MESSAGES_BURST = 90.0
"""A client's messages are at most this many on the long run, and at once; more closes, 4102."""

TOKEN_MAX = 512
"""A token is at most this many characters."""

ATTESTATION_MAX = 3072
"""An attestation is at most this many characters, so that a `hello` with one is no long message."""


class BadMessage(Exception):
    """The client sent what the protocol does not allow; the text says what, for the client."""


# --- from the client ---------------------------------------------------------------------------


class Hello(Struct, frozen=True, tag="hello"):
    """The first message: who is playing, and in which datum its coordinates are."""

    token: str
    datum: Datum = Datum.WGS84
    client: str | None = None
    attestation: str | None = None
    """What the phone's maker says of it, where the server asks for that."""


def _within(least: float, most: float) -> Meta:
    """The decoder refuses what is outside, and NaN."""
    return Meta(ge=least, le=most)


class FixFields(Struct, frozen=True, gc=False):
    """A position: degrees in the session's datum, metres, the phone's clock in epoch ms."""

    lat: Annotated[float, _within(-90.0, 90.0)]
    lon: Annotated[float, _within(-180.0, 180.0)]
    accuracy_m: Annotated[float, _within(0.0, 1e7)]
    at_ms: Annotated[float, _within(0.0, 1e14)]
    speed_mps: Annotated[float, _within(-1.0, 1e5)] | None = None
    heading_deg: Annotated[float, _within(-360.0, 360.0)] | None = None
    mock: bool = False


class Fix(FixFields, frozen=True, gc=False, tag="fix"):
    """Where the player is now."""


class Aim(Struct, frozen=True, tag="aim"):
    """The player raises the phone at a cat; asks for an encounter."""

    cat: str


class Catch(Struct, frozen=True, tag="catch"):
    """The throw. `attempt` is the client's own id: the same id gets the same answer."""

    attempt: str
    cat: str
    ticket: str
    fix: FixFields | None = None


Incoming = Hello | Fix | Aim | Catch


# --- from the server ---------------------------------------------------------------------------


class WireRules(Struct, frozen=True):
    """The rules that a client plays by. A store may have a reach of its own (`limit_m`)."""

    view_m: float
    catch_m: float
    fix_max_age_ms: int
    aim_min_ms: int


class Welcome(Struct, frozen=True, tag="welcome"):
    """The session is open."""

    session: str
    player: str
    now_ms: int
    rules: WireRules


class StoreRef(Struct, frozen=True):
    """The store that a cat belongs to."""

    id: str
    name: str


class Reward(Struct, frozen=True):
    """What a cat carries."""

    campaign: str
    title: str


class CatView(Struct, frozen=True, omit_defaults=True):
    """A cat as players see it, in the session's datum."""

    id: str
    species: str
    store: StoreRef
    lat: float
    lon: float
    expires_ms: int
    left: int
    reward: Reward | None = None


class Cats(Struct, frozen=True, tag="cats"):
    """What changed in the player's view. `appear` may repeat a cat; its newest form counts."""

    appear: list[CatView]
    vanish: list[str]


class CatsRaw(Struct, frozen=True, tag="cats"):
    """`Cats` with cats that are encoded already: one encoding serves every player who sees them."""

    appear: list[msgspec.Raw]
    vanish: list[str]


class Encounter(Struct, frozen=True, tag="encounter"):
    """The camera has the cat. `ticket` is good for one catch until `expires_ms`."""

    cat: str
    ticket: str
    expires_ms: int
    distance_m: float
    bearing_deg: float


class Caught(Struct, frozen=True, tag="caught"):
    """The cat is the player's, and so is the coupon, if it carried one."""

    attempt: str
    cat: str
    species: str
    points: int
    coupon: CouponView | None


class Refused(Struct, frozen=True, tag="refused", omit_defaults=True):
    """An aim (`cat`) or a catch (`attempt` and `cat`) was not granted.

    `limit` says more where a campaign gives no coupon: `per_player`, `per_player_day`, `stock`,
    `budget`, `pace` (some are to come later), `paused`, `ended`, `not_begun` or `over`.
    """

    reason: str
    retry: bool
    attempt: str | None = None
    cat: str | None = None
    retry_after_ms: int | None = None
    distance_m: float | None = None
    limit_m: float | None = None
    limit: str | None = None


class CouponChanged(Struct, frozen=True, tag="coupon"):
    """A coupon of this player changed: a pending one came, or came to nothing (`void`, without a
    code); or it was redeemed, its redemption reversed, or it was withdrawn."""

    attempt: str | None
    coupon: CouponView


class Notice(Struct, frozen=True, tag="notice"):
    """Something to tell the player; `kind` is for the program, `text` for the person."""

    kind: str
    text: str
    data: dict[str, Any]


class Error(Struct, frozen=True, tag="error"):
    """The socket closes after this."""

    code: str
    message: str


Outgoing = Welcome | Cats | CatsRaw | Encounter | Caught | Refused | CouponChanged | Notice | Error


# --- codes -------------------------------------------------------------------------------------


class Reason(NamedTuple):
    """Why an aim or a catch is refused, and whether trying again can help."""

    name: str
    retry: bool
    meaning: str


REASONS: dict[str, Reason] = {
    reason.name: reason
    for reason in (
        Reason("no_fix", True, "No position has been sent in this session yet."),
        Reason("stale_fix", True, "The last position is too old; send a new one."),
        Reason("inaccurate_fix", True, "The position is too vague; wait for a better one."),
        Reason("mocked_location", False, "The position is made up, says the phone or the track."),
        Reason("moving_too_fast", True, "Faster than walking pace; slow down and wait."),
        Reason("teleported", True, "The position jumped; walk on and wait."),
        Reason("too_far", True, "Out of reach; `distance_m` and `limit_m` say by how much."),
        Reason("not_visible", False, "No such cat is in this player's view."),
        Reason("gone", False, "Somebody else was faster, or the cat went home."),
        Reason("already_caught", False, "This player has caught this cat before."),
        Reason("bad_ticket", True, "Not a ticket of this encounter, or used, or too old; aim."),
        Reason("too_quick", True, "Thrown too soon after aiming."),
        Reason("missed", True, "The throw missed; aim again."),
        Reason("fled", False, "Missed too often; the cat hides from this player."),
        Reason("cooling_down", True, "Wait for `retry_after_ms` before the next catch."),
        Reason("daily_limit", False, "No more coupons of this campaign for this player today."),
        Reason("campaign_limit", False, "No more coupons of this campaign for this player."),
        Reason("sold_out", False, "The campaign has no coupons left."),
        Reason("store_closed", False, "The campaign is paused or over, or the store is closed."),
        Reason("busy", True, "The server could not decide now; send the same attempt again."),
    )
}


class Close(IntEnum):
    """The codes that the server closes `/play` with."""

    NORMAL = 1000
    NOT_UTF8 = 1007
    TOO_BIG = 1009
    RESTARTING = 1012
    OVERLOADED = 1013
    UNAUTHENTICATED = 4001
    REPLACED = 4002
    BANNED = 4003
    BAD_MESSAGE = 4004
    SLOW_READER = 4101
    TOO_MANY = 4102
    NO_HELLO = 4103


class ComeBack(NamedTuple):
    """What a client does after a close code."""

    when: str
    meaning: str


CLOSE_CODES: dict[Close, ComeBack] = {
    Close.NOT_UTF8: ComeBack("not by itself", "Text that is not UTF-8."),
    Close.TOO_BIG: ComeBack("not by itself", "A message over 4096 bytes."),
    Close.RESTARTING: ComeBack("with jitter", "The server is restarting."),
    Close.OVERLOADED: ComeBack(
        "with jitter", "The server is full or overloaded; a `notice` before it says when to return."
    ),
    Close.UNAUTHENTICATED: ComeBack("not by itself", "The token is missing, wrong or expired."),
    Close.REPLACED: ComeBack("not by itself", "A newer session of this player took over."),
    Close.BANNED: ComeBack("not by itself", "This player is banned."),
    Close.BAD_MESSAGE: ComeBack("not by itself", "A message that the protocol does not allow."),
    Close.SLOW_READER: ComeBack("later", "The client did not read for too long."),
    Close.TOO_MANY: ComeBack("later", "The client sent too many messages."),
    Close.NO_HELLO: ComeBack("later", "No hello in time."),
}

ERROR_CODES: dict[str, Close] = {
    "bad_message": Close.BAD_MESSAGE,
    "hello_expected": Close.BAD_MESSAGE,
    "hello_repeated": Close.BAD_MESSAGE,
    "unauthenticated": Close.UNAUTHENTICATED,
    "replaced": Close.REPLACED,
    "banned": Close.BANNED,
    "too_many_messages": Close.TOO_MANY,
    "no_hello": Close.NO_HELLO,
}
"""The `code` of an `error` message, and the close code that follows it."""


def refused(
    reason: str, *, attempt: str | None = None, cat: str | None = None, **more: Any
) -> Refused:
    """A refusal whose `retry` comes from the table of reasons. KeyError for an unknown one."""
    return Refused(REASONS[reason].name, REASONS[reason].retry, attempt, cat, **more)


# --- views -------------------------------------------------------------------------------------


def cat_view(cat: Cat, left: int, lat: float, lon: float) -> CatView:
    """A cat as players see it, at a place that is already in their datum."""
    reward = None
    if cat.campaign is not None:
        reward = Reward(cat.campaign, cat.title or "")
    store = StoreRef(cat.store, cat.store_name)
    return CatView(cat.id, cat.species, store, lat, lon, cat.expires_ms, left, reward)


def coupon_view(coupon: Coupon) -> CouponView:
    """A coupon as its player sees it."""
    return CouponView(coupon.code, coupon.campaign, coupon.title, coupon.state, coupon.expires_ms)


def pending_coupon(campaign: str, title: str) -> CouponView:
    """The promise of a coupon whose catch stands while the coupon service is away."""
    return CouponView(None, campaign, title, CouponState.PENDING, None)
