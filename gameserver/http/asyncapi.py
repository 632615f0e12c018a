"""`/asyncapi.json`: AsyncAPI 3.0 of the WebSocket, from the structs and tables of the protocol."""

import inspect
from typing import Any, get_args

import msgspec

from gameserver import protocol

Json = dict[str, Any]

_REF = "#/components/schemas/{name}"

_ABOUT = """A player's socket. The first message is `hello`, within 10 s; then the phone sends where
it is (`fix`), hears what is near (`cats`), aims, and throws. A message is a map with `type`;
unknown fields are ignored, an unknown type is an error. Subprotocols: `catcat.v1.msgpack` (binary
frames) and `catcat.v1.json` (text frames); none offered means JSON. At most 4096 bytes from a
client. A player has one live session, the newest."""

_SENT = get_args(protocol.Incoming)
_RECEIVED = tuple(kind for kind in get_args(protocol.Outgoing) if kind is not protocol.CatsRaw)


def asyncapi() -> Json:
    """The document that describes `/play`."""
    kinds = (*_SENT, *_RECEIVED)
    _, components = msgspec.json.schema_components(kinds, ref_template=_REF)
    for component in components.values():
        if "description" in component:
            component["description"] = inspect.cleandoc(component["description"])
    components["Refused"]["properties"]["reason"]["enum"] = list(protocol.REASONS)
    components["Error"]["properties"]["code"]["enum"] = list(protocol.ERROR_CODES)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Catch the Cat: /play",
            "version": "1",
            "description": _ABOUT,
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "play": {
                "address": "/play",
                "description": _ABOUT,
                "messages": {
                    _tag(kind): {"$ref": f"#/components/messages/{_tag(kind)}"} for kind in kinds
                },
                "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
                "x-close-codes": _close_codes(),
            }
        },
        "operations": {
            "fromClient": _operation("receive", "What the client sends.", _SENT),
            "fromServer": _operation("send", "What the server sends.", _RECEIVED),
        },
        "components": {
            "messages": {_tag(kind): _message(kind) for kind in kinds},
            "schemas": components,
        },
        "x-reasons": [reason._asdict() for reason in protocol.REASONS.values()],
    }


def _operation(action: str, summary: str, kinds: tuple[Any, ...]) -> Json:
    return {
        "action": action,
        "channel": {"$ref": "#/channels/play"},
        "summary": summary,
        "messages": [{"$ref": f"#/channels/play/messages/{_tag(kind)}"} for kind in kinds],
    }


def _message(kind: Any) -> Json:
    return {
        "name": _tag(kind),
        "title": kind.__name__,
        "summary": inspect.getdoc(kind),
        "payload": {"$ref": _REF.format(name=kind.__name__)},
    }


def _close_codes() -> list[Json]:
    return [
        {"code": int(code), "come_back": rule.when, "meaning": rule.meaning}
        for code, rule in protocol.CLOSE_CODES.items()
    ]


def _tag(kind: Any) -> str:
    tag = kind.__struct_config__.tag
    assert isinstance(tag, str)
    return tag
