"""Reads what the server wrote on one connection of `/play`, and holds it against the protocol."""

import json
from collections.abc import Iterator
from typing import Any

import msgpack
from msgspec import Struct

from gameserver.protocol import ERROR_CODES, Outgoing
from tests.faults.mutants import BINARY, CLOSE, JSON, PING, PONG, TEXT

TYPES = {kind.__struct_config__.tag for kind in Outgoing.__args__}
INTERNAL_ERROR = 1011


class Answers(Struct, frozen=True):
    """`closed`: the close code, None without a close frame. `probes`: cats that were refused.

    `wrong` says what the protocol does not allow, if anything.
    """

    closed: int | None
    probes: frozenset[str]
    wrong: str | None


def read_answers(data: bytes, codec: str) -> Answers:
    """Everything that came until the end of the connection."""
    closed: int | None = None
    said: list[dict[str, Any]] = []
    try:
        for opcode, payload in _frames(data):
            if closed is not None:
                raise ValueError("something after the close frame")
            if opcode == CLOSE:
                closed = int.from_bytes(payload[:2], "big") if payload else 1005
                payload[2:].decode()
            elif opcode == (TEXT if codec == JSON else BINARY):
                message = json.loads(payload) if codec == JSON else msgpack.unpackb(payload)
                if message["type"] not in TYPES:
                    raise ValueError(f"a message of type {message['type']!r}")
                said.append(message)
            elif opcode not in (PING, PONG):
                raise ValueError(f"a frame of opcode {opcode}")
        _check_end(said, closed)
        wrong = None
    except (ValueError, KeyError, IndexError) as error:
        wrong = f"{error!r} in {data[-300:]!r}"
    probes = frozenset(m["cat"] for m in said if m.get("type") == "refused" and m.get("cat"))
    return Answers(closed, probes, wrong)


def _frames(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The frames after the handshake's answer. ValueError."""
    status, _, rest = data.partition(b"\r\n\r\n")
    if not status.startswith(b"HTTP/1.1 101 "):
        raise ValueError(f"a handshake answered with {status[:40]!r}")
    at = 0
    while at < len(rest):
        first, length = rest[at], rest[at + 1]
        at += 2
        if first & 0xF0 != 0x80 or length > 127:
            raise ValueError("a frame in parts, with reserved bits, or masked")
        if length >= 126:
            size = 2 if length == 126 else 8
            length = int.from_bytes(rest[at : at + size], "big")
            at += size
        payload = rest[at : at + length]
        if len(payload) < length:
            raise ValueError("half a frame")
        at += length
        yield first & 15, payload


def _check_end(said: list[dict[str, Any]], closed: int | None) -> None:
    if closed == INTERNAL_ERROR:
        raise ValueError("an internal error")
    for message in said:
        if message["type"] == "error" and ERROR_CODES[message["code"]] != closed:
            raise ValueError(f"{message} and closed with {closed}")
