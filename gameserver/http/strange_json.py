"""Bodies that JSON does not allow but many programs send all the same: NaN and Infinity."""

import json
from collections.abc import Iterator

from gameserver.http.errors import Problem, invalid


def not_json(raw: bytes) -> Problem:
    """What is wrong with a body that is not JSON: a number that is none, by its field, or all."""
    try:
        read = json.loads(raw, parse_constant=_NoNumber)
    except (ValueError, RecursionError):
        return Problem("bad_json")
    for field, found in _no_numbers(read, ""):
        return invalid(field or "body", f"{found.text} is no number in JSON")
    return Problem("bad_json")


class _NoNumber:
    def __init__(self, text: str) -> None:
        self.text = text


def _no_numbers(read: object, field: str) -> Iterator[tuple[str, _NoNumber]]:
    match read:
        case _NoNumber():
            yield field, read
        case dict():
            for name, value in read.items():
                yield from _no_numbers(value, f"{field}.{name}" if field else name)
        case list():
            for value in read:
                yield from _no_numbers(value, field)
