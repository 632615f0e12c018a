"""Lists that are read page by page, each beginning where a cursor says."""

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

from gameserver.game.model import ID_MAX

T = TypeVar("T")

PAGE_MAX = 1000


class BadCursor(ValueError):
    """A cursor that none of our answers has contained."""


class Page(NamedTuple, Generic[T]):
    """Some of a list; `next` is the cursor of what follows, or None at the end."""

    items: Sequence[T]
    next: str | None


def page_size(limit: int) -> int:
    """How many rows to give for a limit that somebody asked for: 1 to PAGE_MAX."""
    return max(1, min(limit, PAGE_MAX))


def text_cursor(cursor: str) -> str:
    """A cursor that is an id. BadCursor for what cannot be one."""
    if not (cursor.isascii() and cursor.isprintable() and 0 < len(cursor) <= ID_MAX):
        raise BadCursor(f"not a cursor: {cursor[:64]!r}")
    return cursor


def pair_cursor(cursor: str) -> tuple[str, int]:
    """The id and the number that a cursor `<id>.<number>` stands for. BadCursor for others."""
    id_, dot, number = cursor.rpartition(".")
    if not dot:
        raise BadCursor(f"not a cursor: {cursor[:64]!r}")
    return text_cursor(id_), number_cursor(number, 0)


def number_cursor(cursor: str | None, start: int) -> int:
    """The number that a cursor stands for, or `start` without one. BadCursor for anything else."""
    if cursor is None:
        return start
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise BadCursor(f"not a cursor: {cursor[:64]!r}")
    return int(cursor)
