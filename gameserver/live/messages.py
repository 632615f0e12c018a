"""What processes tell each other about players, through their inboxes."""

import msgspec
from msgspec import Struct

from gameserver.game.model import CouponView


class SessionRef(Struct, frozen=True, array_like=True):
    """A session, and the process that holds its socket."""

    process: str
    session: str


class Replaced(Struct, frozen=True, array_like=True, tag="replaced"):
    """A newer session of this player is live; this one is to end."""

    player: str
    session: str


class CouponChanged(Struct, frozen=True, array_like=True, tag="coupon"):
    """A coupon of this player changed; `attempt` is the catch that it came from, if known."""

    player: str
    attempt: str | None
    coupon: CouponView


class Banned(Struct, frozen=True, array_like=True, tag="banned"):
    """The player is banned; every session is to end."""

    player: str


InboxMessage = Replaced | CouponChanged | Banned

encode = msgspec.msgpack.Encoder().encode
decode_message = msgspec.msgpack.Decoder(InboxMessage).decode
decode_ref = msgspec.msgpack.Decoder(SessionRef).decode
