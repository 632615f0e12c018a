"""Messages of `/play` that something happened to, made from a seed: the bytes that go on the wire.

Three levels: the bytes of a message, its structure, and the WebSocket frames around it.
"""

import json
from collections.abc import Callable
from random import Random
from typing import Any

import msgpack
from msgspec import Struct

from gameserver.protocol import MESSAGE_MAX
from tests.faults.town import CENTRE

JSON, MSGPACK = "catcat.v1.json", "catcat.v1.msgpack"
TEXT, BINARY, CONT, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10

Tree = dict[Any, Any]


class Mutant(Struct, frozen=True):
    """One spoilt message. `frames`: how many of the allowance it uses up at the most.

    `alone`: nothing that follows it on a connection need be understood. `greets`: it stands where
    `hello` does.
    """

    number: int
    codec: str
    level: str
    data: bytes
    frames: int = 1
    alone: bool = False
    greets: bool = False


def mutant(seed: int, number: int, codec: str) -> Mutant:
    """The mutant of this number; the same each time."""
    rng = Random((seed << 40) ^ number)
    message = rng.choice(MESSAGES)(rng)
    greets = message.get("type") == "hello" and rng.random() < 0.7
    level = rng.choices(LEVELS, (35, 40, 25))[0]
    if level == "frames":
        spoil = rng.choice(SPOILERS)
        data, frames, alone = spoil(_packed(message, codec), _opcode(codec), rng)
        return Mutant(number, codec, level, data, frames, alone or greets, greets)
    if level == "bytes":
        payload = _spoil_bytes(_packed(message, codec), rng)
    else:
        payload = _spoil_structure(message, codec, rng)
    data = frame(_opcode(codec), payload, rng)
    alone = greets or len(payload) > MESSAGE_MAX
    return Mutant(number, codec, level, data, 1, alone, greets)


LEVELS = ("bytes", "structure", "frames")


def said(message: Tree, codec: str, rng: Random) -> bytes:
    """A message as a client says it."""
    return frame(_opcode(codec), _packed(message, codec), rng)


# --- valid messages ------------------------------------------------------------------------------


def _hello(rng: Random) -> Tree:
    return {"type": "hello", "token": "x" * rng.randrange(1, 200), "datum": "gcj02", "client": "c"}


def _fix(rng: Random) -> Tree:
    lat, lon = CENTRE
    place = {"lat": lat + rng.gauss(0, 0.01), "lon": lon + rng.gauss(0, 0.01), "accuracy_m": 5.0}
    return {"type": "fix", **place, "at_ms": 1.7e12, "speed_mps": 1.0, "heading_deg": 90.0}


def _aim(rng: Random) -> Tree:
    return {"type": "aim", "cat": f"{rng.randrange(1 << 36):x}-{rng.randrange(1 << 60):x}"}


def _catch(rng: Random) -> Tree:
    fix = {key: value for key, value in _fix(rng).items() if key != "type"}
    ids = {"attempt": f"a{rng.randrange(9)}", "cat": _aim(rng)["cat"], "ticket": "t"}
    return {"type": "catch", **ids, "fix": fix}


MESSAGES: tuple[Callable[[Random], Tree], ...] = (_hello, _fix, _fix, _aim, _catch, _catch)


def _opcode(codec: str) -> int:
    return TEXT if codec == JSON else BINARY


def _packed(tree: Any, codec: str, rng: Random | None = None) -> bytes:
    if codec == MSGPACK:
        packed: bytes = msgpack.packb(tree, unicode_errors="surrogatepass")
        return packed
    escaped = rng is None or rng.random() < 0.5
    return json.dumps(tree, ensure_ascii=escaped).encode("utf-8", "surrogatepass")


# --- bytes ---------------------------------------------------------------------------------------

STRANGE = (
    b"\x00", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf",
    b"1e999", b"-0", b"NaN", b"-Infinity", b"9" * 400, b"null", b"\\u0000", b"\\ud800", b"[", b"{",
    b'"', b"/*", b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff",
    b"\xdb\x7f\xff\xff\xff", b"\xc9\xff\xff\xff\xff\x01", b"\xc1", b"\xcf" + b"\xff" * 8,
    b"\xd3\x80" + b"\0" * 7, b"\xcb\x7f\xf8" + b"\0" * 6, b"\xca\x7f\x80\0\0",
)  # fmt: skip


def _spoil_bytes(payload: bytes, rng: Random) -> bytes:
    data = bytearray(payload)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at = rng.randrange(len(data) + 1)
        till = min(len(data), at + rng.choice((1, 1, 2, 8, 40)))
        match rng.randrange(7):
            case 0 if at < len(data):
                data[at] ^= 1 << rng.randrange(8)
            case 1 if at < len(data):
                data[at] = rng.randrange(256)
            case 2:
                data[at:at] = rng.randbytes(rng.choice((1, 2, 8)))
            case 3:
                data[at:at] = rng.choice(STRANGE)
            case 4:
                data[at:at] = data[at:till] * rng.choice((1, 2, 30))
            case 5:
                del data[at:till]
            case _:
                data[at:till] = rng.choice(STRANGE)
    return bytes(data[: rng.randrange(len(data) + 1)] if rng.random() < 0.1 else data)


# --- structure -----------------------------------------------------------------------------------


def _strange(codec: str, rng: Random) -> Any:
    """A value where another was expected."""
    values: list[Any] = [
        None, True, False, 0, -1, 1 << 31, -(1 << 63), (1 << 64) - 1, 0.5, -0.0, 1e308, 5e-324,
        float("nan"), float("inf"), -float("inf"), 90.0, -180.0, 180.0000001, 1e14, "", "0", "NaN",
        "\0", "a\0b", "\ud800", "\udfff\ud800", "\U0010ffff", "貓" * 30, "\u202e", "x" * 64,
        "x" * 65, "x" * 3000, "a'; DROP TABLE players;--", "{r:0}:cats", "%s%n", [], [[]], {}, [0],
        ["fix"] * 100, {"lat": 1}, {"type": "fix"}, {"": None},
    ]  # fmt: skip
    if codec == MSGPACK:
        values += [b"", b"\xff" * 40, msgpack.ExtType(42, b"x"), msgpack.Timestamp(-1, 999_999_999)]
    else:
        values += [1 << 64, -(1 << 200), 10**400, -(10**400)]
    return rng.choice(values)


def _spoil_structure(message: Tree, codec: str, rng: Random) -> bytes:
    if rng.random() < 0.05:
        return _deep(message, codec, rng)
    tree = dict(message)
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        _spoil_once(tree, codec, rng)
    whole: Any = tree if rng.random() < 0.95 else rng.choice(([tree], [], tree.get("type"), None))
    return _packed(whole, codec, rng)


def _spoil_once(tree: Tree, codec: str, rng: Random) -> None:
    inner = tree.get("fix")
    if isinstance(inner, dict) and rng.random() < 0.4:
        tree["fix"] = inner = dict(inner)
        tree = inner
    keys = list(tree)
    key = rng.choice(keys) if keys else "type"
    match rng.randrange(6):
        case 0:
            tree.pop(key, None)
        case 1:
            extra = rng.choice(("extra", "", "x" * 300, "\ud800", "\0", "__class__", "lat", "fix"))
            tree[extra] = _strange(codec, rng)
        case 2:
            tree[rng.choice(("TYPE", "Lat", str(key).upper(), f"{key} "))] = tree.pop(key, None)
        case 3:
            tree["type"] = rng.choice(("hello", "fix", "aim", "catch", "welcome", "", "x" * 999))
        case 4 if codec == MSGPACK:
            tree[rng.choice((None, 1, -1.5, True, b"type", b"\xff"))] = _strange(codec, rng)
        case _:
            tree[key] = _strange(codec, rng)


def _deep(message: Tree, codec: str, rng: Random) -> bytes:
    """The message with a field that is nested as deeply as fits, in order or cut off."""
    depth = rng.choice((10, 200, 1000, 1900, 3500))
    closed = rng.random() < 0.5
    if codec == MSGPACK:
        head = bytes([0x80 | (len(message) + 1)]) + b"".join(
            msgpack.packb(key) + msgpack.packb(value) for key, value in message.items()
        )
        nest = rng.choice((b"\x91", b"\x81\xa1x"))
        return head + b"\xa1x" + nest * (depth // len(nest)) + (b"\xc0" if closed else b"")
    opens, closes = rng.choice(((b"[", b"]"), (b'{"x":', b"}")))
    times = depth // (len(opens) + len(closes))
    head = _packed(message, codec)[:-1] + b',"x":'
    return head + opens * times + b"1" + (closes * times + b"}" if closed else b"")


# --- frames --------------------------------------------------------------------------------------


def frame(opcode: int, payload: bytes, rng: Random, *, fin: bool = True, rsv: int = 0) -> bytes:
    """A masked frame, as clients send them."""
    return head(opcode | rsv << 4 | fin << 7, len(payload), 0x80) + masked(payload, rng)


def head(first: int, length: int, mask_bit: int, form: int = 0) -> bytes:
    """A frame's first bytes; `form` is the shortest way to say the length, or a longer one."""
    if length < 126 and form == 0:
        return bytes([first, mask_bit | length])
    if length < 1 << 16 and form < 2:
        return bytes([first, mask_bit | 126]) + length.to_bytes(2, "big")
    return bytes([first, mask_bit | 127]) + length.to_bytes(8, "big")


def masked(payload: bytes, rng: Random) -> bytes:
    """A mask and what it makes of the payload."""
    key = rng.randbytes(4)
    stream = (key * (len(payload) // 4 + 1))[: len(payload)]
    mixed = int.from_bytes(payload, "big") ^ int.from_bytes(stream, "big")
    return key + mixed.to_bytes(len(payload), "big")


Spoilt = tuple[bytes, int, bool]
"""Bytes, how many frames they are at the most, and whether they may end the connection."""


def _of_wrong_length(payload: bytes, opcode: int, rng: Random) -> Spoilt:
    near = max(0, len(payload) + rng.randrange(-9, 9))
    lengths = (0, 1, 125, 126, 4096, 4097, 65_535, 65_536, 1 << 31, 1 << 63, (1 << 64) - 1)
    wrong = rng.choice((near, rng.choice(lengths)))
    return head(0x80 | opcode, wrong, 0x80, rng.randrange(3)) + masked(payload, rng), 9, True


def _of_long_length(payload: bytes, opcode: int, rng: Random) -> Spoilt:
    """A length in more bytes than it needs."""
    return (
        head(0x80 | opcode, len(payload), 0x80, rng.choice((1, 2))) + masked(payload, rng),
        1,
        True,
    )


def _reserved(payload: bytes, opcode: int, rng: Random) -> Spoilt:
    return frame(opcode, payload, rng, rsv=rng.randrange(1, 8)), 1, True


def _of_any_opcode(payload: bytes, _: int, rng: Random) -> Spoilt:
    return frame(rng.randrange(16), payload[: rng.choice((0, 125, 999))], rng), 2, True


def _unmasked(payload: bytes, opcode: int, rng: Random) -> Spoilt:
    """No mask, or none where there is said to be one."""
    return head(0x80 | opcode, len(payload), rng.choice((0, 0, 0x80))) + payload, 2, True


def _closing(_: bytes, __: int, rng: Random) -> Spoilt:
    code = rng.choice((0, 999, 1000, 1001, 1004, 1005, 1006, 1015, 3000, 4999, 65_535))
    reason = rng.choice((b"", b"bye", b"\xed\xa0\x80", b"x" * 123, b"x" * 200))
    whole = code.to_bytes(2, "big") + reason
    return frame(CLOSE, whole[: rng.choice((0, 1, 2, 999))], rng), 1, True


def _too_big(payload: bytes, opcode: int, rng: Random) -> Spoilt:
    """In one frame, or in many."""
    if rng.random() < 0.5:
        return frame(opcode, rng.randbytes(rng.choice((4097, 20_000, 70_000))), rng), 1, True
    parts = [frame(opcode, payload, rng, fin=False)]
    parts += [frame(CONT, b" " * 900, rng, fin=False) for _ in range(6)]
    return b"".join(parts), 7, True


def _of_turned_bits(payload: bytes, opcode: int, rng: Random) -> Spoilt:
    """A frame, and what its head makes of the one after."""
    two = bytearray(frame(opcode, payload, rng) * 2)
    for _ in range(rng.choice((1, 2, 8))):
        two[rng.randrange(min(16, len(two)))] ^= 1 << rng.randrange(8)
    return bytes(two), 9, True


def _in_parts(payload: bytes, opcode: int, rng: Random) -> Spoilt:
    """A message in parts with pings between, in order or not."""
    cuts = sorted(rng.randrange(len(payload) + 1) for _ in range(rng.randrange(1, 5)))
    pieces = [payload[a:b] for a, b in zip([0, *cuts], [*cuts, len(payload)], strict=True)]
    out = []
    for index, piece in enumerate(pieces):
        last = index == len(pieces) - 1
        out.append(frame(CONT if index else opcode, piece, rng, fin=last))
        if not last and rng.random() < 0.3:
            out.append(frame(rng.choice((PING, PONG)), rng.randbytes(rng.choice((0, 125))), rng))
    disordered = rng.random() < 0.4
    if disordered:
        rng.shuffle(out)
    return b"".join(out), len(out), disordered


SPOILERS: tuple[Callable[[bytes, int, Random], Spoilt], ...] = (
    _of_wrong_length,
    _of_long_length,
    _reserved,
    _of_any_opcode,
    _unmasked,
    _closing,
    _too_big,
    _of_turned_bits,
    _in_parts,
)
