"""Spans of time as reports are asked for by the hour."""

from msgspec import Struct

from gameserver.http.errors import Problem, invalid
from gameserver.http.texts import Moment, epoch_ms

HOUR_MS = 3_600_000
HOURS_MAX = 31 * 24

ROWS_MOST = 20_000
"""Hours of stores that are told at once."""

TOO_MANY = invalid("from", "too many hours of too many stores: ask for a shorter span")


class HoursQuery(Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """From a moment to just before another, 31 days at most; without them the last 31 days."""

    from_: Moment | None = None
    to: Moment | None = None


def span_of(asked: HoursQuery, now_ms: int) -> tuple[int, int] | Problem:
    """The span in epoch milliseconds, its end not included, or what is wrong with it."""
    to_ms, from_ms = epoch_ms(asked.to), epoch_ms(asked.from_)
    if to_ms is None:
        to_ms = now_ms + 1
    if from_ms is None:
        from_ms = to_ms - HOURS_MAX * HOUR_MS
    if from_ms >= to_ms:
        return invalid("to", "must be after from")
    if to_ms - from_ms > HOURS_MAX * HOUR_MS:
        return invalid("from", "is too long ago: 31 days at most")
    return from_ms, to_ms
