"""The two shapes of frame that nearly everything on `/play` has, without a parser's state.

Frames of RFC 6455, 5.2: from a phone a whole masked message of at most 64 KiB, alone in its
packet; to a phone a whole unmasked one. Everything else is for the core of `websockets`.
"""

from websockets.frames import Opcode

try:
    from websockets.speedups import apply_mask
except ImportError:  # where the package came without its C extension
    from websockets.utils import apply_mask

unmask = apply_mask
"""Takes the bytes of a payload and the four of its mask."""

SMALL = 125
"""The longest payload whose length stands in the frame's second byte."""

MASKED = 0x80
_TWO_BYTES = MASKED | 126
HEAD = 6
"""Bytes before a small payload: two, and four of the mask."""


def whole_payload(data: bytes) -> bytes | None:
    """The payload of the one masked frame that `data` is; None where it is anything else.

    `data` begins with the first byte of a frame. That byte, with the kind of frame, is the
    caller's to look at.
    """
    size = len(data) - HEAD
    if size < 0:
        return None
    said = data[1]
    if size <= SMALL:
        return unmask(data[HEAD:], data[2:HEAD]) if said == MASKED | size else None
    size -= 2
    if said == _TWO_BYTES and size > SMALL and data[2] << 8 | data[3] == size:
        return unmask(data[8:], data[4:8])
    return None


def opening_of(text: bool) -> int:
    """The first byte of a whole message: FIN and the opcode."""
    return 0x80 | (Opcode.TEXT if text else Opcode.BINARY)


def whole_payloads(data: bytes, opening: int) -> tuple[list[bytes], bytes]:
    """The payloads of the whole masked frames that come first, and what is left of the bytes.

    All of these frames have this first byte.
    """
    payloads = []
    start = 0
    while size := frame_size(data, start):
        if data[start] != opening:
            break
        payload = whole_payload(data[start : start + size])
        if payload is None:
            break
        payloads.append(payload)
        start += size
    return payloads, data[start:]


def frame_size(data: bytes, start: int) -> int:
    """How many bytes the masked frame has that begins at `start`; 0 where that can't be told here.

    That is where its first four bytes have not all come, or where it is longer than 64 KiB or not
    masked.
    """
    if len(data) - start < 4:
        return 0
    said = data[start + 1]
    if said & MASKED and said < _TWO_BYTES:
        return HEAD + (said & ~MASKED)
    if said == _TWO_BYTES:
        return HEAD + 2 + (data[start + 2] << 8 | data[start + 3])
    return 0


def frame_head(opening: int, size: int) -> bytes:
    """What stands before a payload of `size` bytes in an unmasked frame.

    `opening` is the frame's first byte: FIN and the opcode.
    """
    if size <= SMALL:
        return bytes((opening, size))
    if size <= 0xFFFF:
        return bytes((opening, 126, size >> 8, size & 0xFF))
    return bytes((opening, 127)) + size.to_bytes(8, "big")
