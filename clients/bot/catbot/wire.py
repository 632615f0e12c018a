"""The game's messages as a bot sees them: a second implementation of `catcat.v1.msgpack`.

Frames are MessagePack maps with a `type`. `encode` writes what a client may say, `decode` reads
what a server may say, with another library than the server's, and refuses anything that breaks the
published shapes, so that a run of bots also checks the server's words. No struct of these can be
part of a circle (`gc=False`), so hundreds of thousands of cats in view do not slow the collector.
Times are epoch milliseconds, distances metres, WGS-84 degrees.
"""

from typing import Any, TypeAlias, get_args

import msgpack  # type: ignore[import-untyped]  # it ships no types
import msgspec

SUBPROTOCOL = "catcat.v1.msgpack"


class WireError(Exception):
    """A frame is no message of the contract."""


class Hello(msgspec.Struct, frozen=True, gc=False, tag="hello", omit_defaults=True):
    """The first message: who plays."""

    token: str
    client: str | None = None


class Fix(msgspec.Struct, frozen=True, gc=False, tag="fix", omit_defaults=True):
    """Where the phone says it is."""

    lat: float
    lon: float
    accuracy_m: float
    at_ms: int
    speed_mps: float | None = None
    heading_deg: float | None = None
    mock: bool = False


class Aim(msgspec.Struct, frozen=True, gc=False, tag="aim"):
    """Ask for an encounter with a cat in reach."""

    cat: str


class Catch(msgspec.Struct, frozen=True, gc=False, tag="catch"):
    """Throw once. The same `attempt` gets the same answer however often it is sent."""

    attempt: str
    cat: str
    ticket: str


class Rules(msgspec.Struct, frozen=True, gc=False):
    """What the server says about reach and patience."""

    view_m: float
    catch_m: float
    fix_max_age_ms: int
    aim_min_ms: int


class Welcome(msgspec.Struct, frozen=True, gc=False, tag="welcome"):
    """The session is open."""

    session: str
    player: str
    now_ms: int
    rules: Rules


class Store(msgspec.Struct, frozen=True, gc=False):
    """The store that a cat belongs to."""

    id: str
    name: str


class Reward(msgspec.Struct, frozen=True, gc=False):
    """What a cat carries."""

    campaign: str
    title: str


class Cat(msgspec.Struct, frozen=True, gc=False):
    """A cat in view; `left` is how many players can still catch it."""

    id: str
    species: str
    store: Store
    lat: float
    lon: float
    expires_ms: int
    left: int
    reward: Reward | None = None


class Cats(msgspec.Struct, frozen=True, gc=False, tag="cats"):
    """What changed in view."""

    appear: tuple[Cat, ...] = ()
    vanish: tuple[str, ...] = ()


class Encounter(msgspec.Struct, frozen=True, gc=False, tag="encounter"):
    """An aim that was granted: the ticket is good for one catch."""

    cat: str
    ticket: str
    expires_ms: int
    distance_m: float
    bearing_deg: float


class Coupon(msgspec.Struct, frozen=True, gc=False):
    """A coupon; `code` is None while `state` is `pending`."""

    state: str
    campaign: str
    title: str
    code: str | None = None
    expires_ms: int | None = None


class Caught(msgspec.Struct, frozen=True, gc=False, tag="caught"):
    """The cat is the player's."""

    attempt: str
    cat: str
    species: str
    points: int
    coupon: Coupon | None = None


class Refused(msgspec.Struct, frozen=True, gc=False, tag="refused"):
    """An aim (`cat`) or a catch (`attempt`) that was not granted, and why."""

    reason: str
    retry: bool
    attempt: str | None = None
    cat: str | None = None
    retry_after_ms: int | None = None
    distance_m: float | None = None
    limit_m: float | None = None


class CouponChanged(msgspec.Struct, frozen=True, gc=False, tag="coupon"):
    """A coupon of this player changed, pending ones arrive this way."""

    coupon: Coupon
    attempt: str | None = None


class Notice(msgspec.Struct, frozen=True, gc=False, tag="notice"):
    """Something to tell the person who plays."""

    kind: str
    text: str = ""
    data: Any = None


class Error(msgspec.Struct, frozen=True, gc=False, tag="error"):
    """The server gives up on this socket and closes it."""

    code: str
    message: str = ""


ClientMessage: TypeAlias = Hello | Fix | Aim | Catch
ServerMessage: TypeAlias = (
    Welcome | Cats | Encounter | Caught | Refused | CouponChanged | Notice | Error
)

# By `type`, which is quicker than letting msgspec.convert find the kind in the union.
_KINDS: dict[Any, type[ServerMessage]] = {
    kind.__struct_config__.tag: kind for kind in get_args(ServerMessage)
}
_NEWS_BYTES = 4 << 20
"""How much of the newest `cats` frames is kept, twice."""

_encode = msgspec.msgpack.Encoder().encode


def encode(message: ClientMessage) -> bytes:
    """One frame's payload for a message."""
    return _encode(message)


def decode(payload: bytes) -> ServerMessage:
    """The message in one frame's payload. Unknown fields are ignored.

    Raises WireError for bytes that are not MessagePack, an unknown `type` or a wrong shape.
    """
    try:
        fields = msgpack.unpackb(payload)
        return msgspec.convert(fields, type=_KINDS[fields["type"]])
    # Bytes that are no UTF-8, nests too deep and bytes behind the end have errors of their own, of
    # several bases; all mean "not ours".
    except (ValueError, LookupError, TypeError, RecursionError, msgpack.UnpackException) as error:
        raise WireError(f"{type(error).__name__}: {error}") from error


class Reader:
    """Decodes for many players, of whom those in one street are told the same in the same bytes.

    Such `cats` messages are read once and shared, which frozen ones can be. The oldest are
    forgotten where they get too many.
    """

    def __init__(self) -> None:
        self._newer: dict[bytes, Cats] = {}
        self._older: dict[bytes, Cats] = {}
        self._bytes = 0

    def decode(self, payload: bytes) -> ServerMessage:
        """As the function of this name."""
        known = self._newer.get(payload)
        if known is not None:
            return known
        known = self._older.get(payload)
        if known is None:
            message = decode(payload)
            if not isinstance(message, Cats):
                return message
            known = message
        self._bytes += len(payload)
        if self._bytes > _NEWS_BYTES:
            self._bytes = len(payload)
            self._older, self._newer = self._newer, {}
        self._newer[payload] = known
        return known
