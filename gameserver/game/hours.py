"""Opening hours, in OpenStreetMap's syntax: `Mo-Fr 10:00-22:00; Sa 10:00-02:00; Su off`.

The `opening-hours-py` library reads them; times are the store's own, so nights past midnight and
changes to summer time come out right. Its data end with the year 9999.
"""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, validate


class BadHours(ValueError):
    """The text is not in the syntax of opening hours."""


def check_hours(hours: str) -> None:
    """Return where the text can be read; BadHours where it can't."""
    if not validate(hours):
        raise BadHours("not opening hours as OpenStreetMap writes them")


def is_open(hours: str, timezone: str, now_ms: int) -> bool:
    """Is a place with these hours in this time zone (IANA name) open now?"""
    return bool(_parsed(hours, timezone).is_open(_local(timezone, now_ms)))


def next_change_ms(hours: str, timezone: str, now_ms: int) -> int | None:
    """When it opens or closes next, epoch milliseconds; None where it never does."""
    change: datetime | None = _parsed(hours, timezone).next_change(_local(timezone, now_ms))
    return None if change is None else round(change.timestamp() * 1000)


@lru_cache(maxsize=4096)
def _parsed(hours: str, timezone: str) -> OpeningHours:
    return OpeningHours(hours, timezone=ZoneInfo(timezone))


def _local(timezone: str, now_ms: int) -> datetime:
    return datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(timezone))
