"""The two encodings of the wire: a message to bytes, and bytes to a message that is checked."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from gameserver.game.model import ID_MAX
from gameserver.protocol import (
    ATTESTATION_MAX,
    TOKEN_MAX,
    Aim,
    BadMessage,
    Catch,
    Fix,
    Hello,
    Incoming,
)


class Codec(NamedTuple):
    """One encoding of the wire."""

    subprotocol: str
    text: bool
    encode: Callable[[Any], bytes]
    decode: Callable[[bytes], Incoming]
    """The message in a frame's payload, checked. BadMessage for anything else."""


def _checked(decode: Callable[[bytes], Incoming]) -> Callable[[bytes], Incoming]:
    """A codec's `decode`: what msgspec's decoder leaves unchecked is looked at as well.

    A function of its own for each codec, as every fix goes through it: there is nothing to look up.
    """

    def decode_checked(payload: bytes) -> Incoming:
        try:
            message = decode(payload)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise BadMessage(_said(error)) from error
        if not isinstance(message, Fix):  # whose own bounds say it all
            _check(message)
        return message

    return decode_checked


def _check(message: Hello | Aim | Catch) -> None:
    match message:
        case Catch():
            _check_ids(message.attempt, message.cat, message.ticket)
        case Aim():
            _check_ids(message.cat)
        case Hello():
            if len(message.token) > TOKEN_MAX:
                raise BadMessage("the token is too long")
            if message.attestation and len(message.attestation) > ATTESTATION_MAX:
                raise BadMessage("the attestation is too long")


JSON = Codec(
    "catcat.v1.json",
    True,
    msgspec.json.Encoder().encode,
    _checked(msgspec.json.Decoder(Incoming).decode),
)
MSGPACK = Codec(
    "catcat.v1.msgpack",
    False,
    msgspec.msgpack.Encoder().encode,
    _checked(msgspec.msgpack.Decoder(Incoming).decode),
)
CODECS: dict[str | None, Codec] = {None: JSON, JSON.subprotocol: JSON, MSGPACK.subprotocol: MSGPACK}


def _said(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, msgspec.ValidationError):
        return str(error)
    return "malformed"


def _check_ids(*ids: str) -> None:
    for value in ids:
        if not 0 < len(value) <= ID_MAX:
            raise BadMessage(f"ids have 1 to {ID_MAX} characters")
        if "\0" in value:
            # PostgreSQL holds none: with one in it, a claim could never be written into the books.
            raise BadMessage("ids have no character NUL")
