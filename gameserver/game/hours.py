"""Opening hours, in OpenStreetMap's syntax: `Mo-Fr 10:00-22:00; Sa 10:00-02:00; Su,PH off`.

The `opening-hours-py` library reads them; times are the store's own, so breaks, nights past
midnight and changes to summer time come out right. `PH` are the public holidays of the country that
the time zone belongs to. A zone of no country (`UTC`) has none.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, validate

AHEAD_DAYS = 366
"""Changes that are further away are as good as never: what to look for could cost milliseconds."""

_SUN = re.compile(r"sunrise|sunset|dawn|dusk", re.IGNORECASE)


class BadHours(ValueError):
    """The text is not in the syntax of opening hours."""


@lru_cache(maxsize=4096)
def are_hours(hours: str) -> bool:
    """Whether the text can be read."""
    return bool(validate(hours))


def check_hours(hours: str) -> None:
    """Return where the text can be read; BadHours where it can't."""
    if not are_hours(hours):
        raise BadHours("not opening hours as OpenStreetMap writes them")


class Hours:
    """The hours of a place; `timezone` is an IANA name, `place` is WGS-84 and moves the sun."""

    __slots__ = ("_hours", "_zone")

    def __init__(self, hours: str, timezone: str, place: tuple[float, float]) -> None:
        # The sun of some kilometres away is good enough, and lets streets share what is parsed.
        near = (round(place[0], 1), round(place[1], 1)) if _SUN.search(hours) else None
        self._hours = _parsed(hours, timezone, near)
        self._zone = ZoneInfo(timezone)

    def is_open(self, now_ms: int) -> bool:
        """Is it open now?"""
        return bool(self._hours.is_open(self._local(now_ms)))

    def next_change_ms(self, now_ms: int) -> int | None:
        """When it opens or closes next, epoch milliseconds; None where it never does in a year."""
        change: datetime | None = self._hours.next_change(self._local(now_ms))
        return None if change is None else round(change.timestamp() * 1000)

    def _local(self, now_ms: int) -> datetime:
        return datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(self._zone)


@lru_cache(maxsize=16_384)
def _parsed(hours: str, timezone: str, near: tuple[float, float] | None) -> OpeningHours:
    return OpeningHours(
        hours,
        timezone=ZoneInfo(timezone),
        country=_countries().get(timezone),
        coords=near,
        # The library would find the country from coordinates, with 110 MiB of borders.
        auto_country=False,
        max_interval_days=AHEAD_DAYS,
    )


@cache
def _countries() -> Mapping[str, str]:
    """The country (ISO 3166) of each time zone that has one, as the IANA database says."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return MappingProxyType({zone: country for country, _, zone, *_ in rows})
