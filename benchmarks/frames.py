"""WebSocket frames as the load makes them: encoded once, patched in place, masked with zeros.

A mask of zeros leaves the payload as it is, and costs the server what any other mask costs.
"""

import struct
from typing import Any

import msgpack

MASK = b"\0\0\0\0"
PONG = b"\x8a\x80" + MASK

HANDSHAKE = (
    b"GET /play HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: catcat.v1.msgpack\r\n\r\n"
)


def frame(message: dict[str, Any]) -> bytes:
    """A message in one binary frame. ValueError where it is 64 KiB or longer."""
    payload: bytes = msgpack.packb(message)
    if len(payload) < 126:
        head = struct.pack("!BB", 0x82, 0x80 | len(payload))
    elif len(payload) < 65_536:
        head = struct.pack("!BBH", 0x82, 0x80 | 126, len(payload))
    else:
        raise ValueError("too long a message")
    return head + MASK + payload


class FixFrame:
    """The frame of a `fix`, in which only the place and the time change."""

    def __init__(self) -> None:
        message = {
            "type": "fix",
            "lat": 1.5,
            "lon": 1.5,
            "accuracy_m": 8.0,
            "at_ms": 1_700_000_000_000,
        }
        self._octets = bytearray(frame(message))
        self._lat = self._octets.index(b"\xa3lat\xcb") + 5
        self._lon = self._octets.index(b"\xa3lon\xcb") + 5
        self._at_ms = self._octets.index(b"\xa5at_ms\xcf") + 7

    def __len__(self) -> int:
        return len(self._octets)

    def at(self, lat: float, lon: float, at_ms: int) -> bytearray:
        """The frame with these values; good until the next call."""
        octets = self._octets
        _PLACE.pack_into(octets, self._lat, lat)
        _PLACE.pack_into(octets, self._lon, lon)
        _TIME.pack_into(octets, self._at_ms, at_ms)
        return octets


_PLACE = struct.Struct("!d")
_TIME = struct.Struct("!Q")
