"""docs/protocol.md, from the structs that the server decodes with and the tables beside them."""

import inspect
from collections.abc import Iterable, Iterator
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import NODEFAULT, Struct

from gameserver import protocol
from gameserver.codecs import JSON
from gameserver.docs.frames import CLIENT, SERVER
from gameserver.game.datum import Datum
from gameserver.game.model import ID_MAX, CouponState, CouponView

_UNITS = (
    ("_ms", "ms"),
    ("_mps", "m/s"),
    ("_m", "m"),
    ("_deg", "degrees"),
)
_PLACES = {"lat": "degrees", "lon": "degrees"}

_PARTS: tuple[type[Struct], ...] = (
    protocol.FixFields,
    protocol.WireRules,
    protocol.CatView,
    protocol.StoreRef,
    protocol.Reward,
    CouponView,
)

_NAMES = {part: part.__name__.removesuffix("View").removeprefix("Wire") for part in _PARTS}


def protocol_page() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _INTRO.format(
        message_max=protocol.MESSAGE_MAX,
        hello_s=int(protocol.HELLO_WITHIN_S),
        per_s=int(protocol.MESSAGES_PER_S),
        burst=int(protocol.MESSAGES_BURST),
        id_max=ID_MAX,
        token_max=protocol.TOKEN_MAX,
        datums=", ".join(f"`{datum}`" for datum in Datum),
    )
    yield "What a position must keep to:\n"
    yield from (f"- {rule};" for rule in _bounds())
    yield "- a number is neither infinite nor NaN.\n"
    yield "## From the client\n"
    for kind in get_args(protocol.Incoming):
        yield from _message(kind)
    yield "## From the server\n"
    for kind in get_args(protocol.Outgoing):
        if kind is not protocol.CatsRaw:
            yield from _message(kind)
    yield "## Parts of messages\n"
    for part in _PARTS:
        yield f"### {_NAMES[part]}\n"
        yield f"{_about(part)}\n"
        yield from _fields(part)
    yield from _tables()
    yield from _transcript()


def _bounds() -> Iterator[str]:
    """What the decoder demands of a position's numbers."""
    for name, hint in get_type_hints(protocol.FixFields, include_extras=True).items():
        for part in (hint, *get_args(hint)):
            for meta in getattr(part, "__metadata__", ()):
                yield f"{name} must be from {meta.ge:,.0f} to {meta.le:,.0f} {_unit(name)}"


def _message(kind: type[Struct]) -> Iterator[str]:
    yield f"### `{kind.__struct_config__.tag}`\n"
    yield f"{_about(kind)}\n"
    yield from _fields(kind)


def _fields(kind: type[Struct]) -> Iterator[str]:
    hints = get_type_hints(kind)
    rows = []
    for field in msgspec.structs.fields(kind):
        needed = field.default is NODEFAULT and field.default_factory is NODEFAULT
        default = "yes" if needed else _shown_default(field.default)
        rows.append((f"`{field.name}`", _type(hints[field.name]), _unit(field.name), default))
    yield from _table(("field", "type", "unit", "needed, or default"), rows)


def _shown_default(default: Any) -> str:
    if default is None:
        return "left out"
    return f"`{msgspec.json.encode(default).decode()}`".replace('"', "")


def _unit(name: str) -> str:
    if name in _PLACES:
        return _PLACES[name]
    return next((unit for ending, unit in _UNITS if name.endswith(ending)), "")


def _type(hint: Any) -> str:
    if get_origin(hint) in (UnionType, Union):
        return " or ".join(_type(part) for part in get_args(hint))
    if args := get_args(hint):
        return f"list of {_type(args[0])}" if hint.__origin__ is list else "map"
    if hint is CouponState or hint is Datum:
        return ", ".join(f"`{value}`" for value in hint)
    if isinstance(hint, type) and issubclass(hint, Struct):
        return f"[{_NAMES[hint]}](#{_NAMES[hint].lower()})"
    return {float: "number", int: "integer", str: "string", bool: "boolean", type(None): "null"}[
        hint
    ]


def _about(kind: type) -> str:
    return inspect.cleandoc(kind.__doc__ or "").replace("\n", " ")


def _tables() -> Iterator[str]:
    yield "## Reasons\n"
    yield "`reason` of a `refused`, and its `retry`: can another try of this cat succeed?\n"
    yield from _table(
        ("reason", "retry", "means"),
        [
            (f"`{each.name}`", "yes" if each.retry else "no", each.meaning)
            for each in protocol.REASONS.values()
        ],
    )
    yield "## Close codes\n"
    yield from _table(
        ("code", "come back", "means"),
        [(str(int(code)), each.when, each.meaning) for code, each in protocol.CLOSE_CODES.items()],
    )
    yield "## Error codes\n"
    yield "`code` of an `error`, and the close code that follows it.\n"
    yield from _table(
        ("code", "closes with"),
        [(f"`{code}`", str(int(close))) for code, close in protocol.ERROR_CODES.items()],
    )


def _transcript() -> Iterator[str]:
    order = ("hello", "welcome", "fix", "cats", "aim", "encounter", "catch", "caught", "coupon")
    frames = {frame.name: frame for frame in (*CLIENT, *SERVER)}
    yield "## A session\n"
    yield "`>` is sent by the client, `<` by the server; one message per line, as JSON.\n"
    yield "```"
    for name in order:
        frame = frames[name]
        mark = ">" if frame.sent_by == "client" else "<"
        yield f"{mark} {JSON.encode(frame.message).decode()}"
    yield "```\n"
    yield "The same messages and more are [golden frames](golden/README.md), in both encodings."


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + " --- |" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


_INTRO = """# The protocol of `/play`

A phone plays over one WebSocket at `/play`. This page is written by `make docs` from the structs
that the server decodes with; [clients.md](clients.md) says how to use it well, and
`/asyncapi.json` of a running server says the same for programs.

## Frames

A message is a map with `type`. The subprotocol that is offered decides the encoding:

| subprotocol | frames | encoding |
| --- | --- | --- |
| `catcat.v1.msgpack` | binary | MessagePack; a frame is one map with string keys |
| `catcat.v1.json` | text | JSON |
| none offered | text | JSON |

Where several are offered, the first that the server speaks counts. Fields that are unknown are
ignored, an unknown `type` is an error. Units are in the names: `_ms` is epoch time or a duration
in milliseconds, `_m` metres, `_mps` metres per second, `_deg` degrees. Ids are opaque strings.

| limit | |
| --- | --- |
| a message of the client | {message_max} bytes; a longer one closes with 1009 |
| an id | 1 to {id_max} characters, none of them NUL |
| a token | at most {token_max} characters |
| `hello` | within {hello_s} s, as the first message |
| messages | {per_s} a second, {burst} at once; more closes with 4102, half of that slows them |

All coordinates of a session, both ways, are in the datum that its `hello` names: {datums}.
"""
