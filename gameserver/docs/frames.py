"""Golden frames: one example of every message, in both encodings, for client authors.

A client's codec is right when it reads the server's frames to the maps in the JSON files, and when
the server's codec reads what it writes to the same map.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from gameserver.codecs import JSON, MSGPACK
from gameserver.game.model import CouponState, CouponView
from gameserver.protocol import (
    Aim,
    Catch,
    Cats,
    CatView,
    Caught,
    CouponChanged,
    Encounter,
    Error,
    Fix,
    FixFields,
    Hello,
    Notice,
    Reward,
    StoreRef,
    Welcome,
    WireRules,
    refused,
)

_CAT = "10cca41b2-9920m82k7x35"
_COUPON = CouponView(
    code="WV5H5C-CWV95A-BAVE5W",
    campaign="cam_1",
    title="A tea on the house 喝杯茶",
    state=CouponState.ACTIVE,
    expires_ms=1_796_043_229_332,
)


class Frame(NamedTuple):
    """One example: its name, who sends it, and the message."""

    name: str
    sent_by: str
    message: Any


CLIENT: tuple[Frame, ...] = (
    Frame("hello", "client", Hello("alice.1798031136635.970261d84ca05cd0edaa8cbc1399bf0c")),
    Frame(
        "fix",
        "client",
        Fix(1.30399, 103.83194, 8.5, 1_795_438_072_000.0, speed_mps=1.4, heading_deg=90.0),
    ),
    Frame("aim", "client", Aim(_CAT)),
    Frame("catch", "client", Catch("attempt-1", _CAT, "9xjGNX9pDzT3-Gt-")),
    Frame(
        "catch-with-fix",
        "client",
        Catch(
            "attempt-2",
            _CAT,
            "9xjGNX9pDzT3-Gt-",
            FixFields(1.30399, 103.83194, 5.0, 1_795_438_073_000.0),
        ),
    ),
)

SERVER: tuple[Frame, ...] = (
    Frame(
        "welcome",
        "server",
        Welcome(
            "b7afa31c35b0b7b6", "alice", 1_795_438_072_709, WireRules(200.0, 40.0, 15_000, 500)
        ),
    ),
    Frame(
        "cats",
        "server",
        Cats(
            [
                CatView(
                    _CAT,
                    "parcel",
                    StoreRef("sto_1", "ION Orchard 爱雍·乌节"),
                    1.304012,
                    103.831877,
                    1_795_438_603_000,
                    2,
                    Reward("cam_1", "A tea on the house 喝杯茶"),
                ),
                CatView(
                    "10cca41b2-0000000000zz",
                    "boba",
                    StoreRef("sto_2", "Wisma Atria"),
                    1.3037,
                    103.8332,
                    1_795_438_500_000,
                    1,
                ),
            ],
            ["10cca41b2-gone00000000"],
        ),
    ),
    Frame(
        "encounter",
        "server",
        Encounter(_CAT, "9xjGNX9pDzT3-Gt-", 1_795_438_103_367, 12.4, 271.5),
    ),
    Frame("caught", "server", Caught("attempt-1", _CAT, "parcel", 10, _COUPON)),
    Frame("caught-without-coupon", "server", Caught("attempt-1", _CAT, "boba", 10, None)),
    Frame(
        "caught-pending",
        "server",
        Caught(
            "attempt-1",
            _CAT,
            "parcel",
            10,
            CouponView(None, "cam_1", _COUPON.title, CouponState.PENDING, None),
        ),
    ),
    Frame(
        "refused",
        "server",
        refused("too_far", attempt="attempt-1", cat=_CAT, distance_m=97.3, limit_m=48.5),
    ),
    Frame("refused-aim", "server", refused("not_visible", cat=_CAT)),
    Frame("coupon", "server", CouponChanged("attempt-1", _COUPON)),
    Frame("notice", "server", Notice("event", "Midnight is near.", {"in_ms": 60_000})),
    Frame("error", "server", Error("bad_message", "ids have 1 to 64 characters")),
)

FRAMES = CLIENT + SERVER


def files() -> Iterator[tuple[str, str]]:
    """The files of docs/golden: names and texts."""
    for frame in FRAMES:
        pretty = msgspec.json.format(JSON.encode(frame.message), indent=2).decode()
        yield f"{frame.sent_by}-{frame.name}.json", pretty + "\n"
        yield f"{frame.sent_by}-{frame.name}.msgpack.hex", _hex(MSGPACK.encode(frame.message))
    yield "README.md", _README


def _hex(frame: bytes) -> str:
    text = frame.hex()
    return "\n".join(text[start : start + 96] for start in range(0, len(text), 96)) + "\n"


_README = """# Golden frames

One example of every message of [the protocol](../protocol.md), as a client author in any language
can test a codec with it. `client-*` is what a client sends, `server-*` what the server sends. Each
has two files with the same message:

- `NAME.json`: the payload of a text frame of `catcat.v1.json`, with white space added for reading.
- `NAME.msgpack.hex`: the payload of a binary frame of `catcat.v1.msgpack`, in hexadecimal.

Test that your decoder reads every `server-*` of either encoding to the map that the JSON file
shows, and that what your encoder makes of the map in every `client-*.json` decodes to that map
again: the order of keys does not matter, nor whether a whole number goes as an integer or a float,
nor whether an optional field is left out or null.

Written by `make docs` from the server's own structs; a test holds them against the code.
"""
