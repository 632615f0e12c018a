"""The time zone of a place, by the `tzfpy` library: the IANA's zones as polygons.

Its borders are simplified, by 111 m at the most. At sea it says `Etc/GMT-8`; where two zones
are claimed (Xinjiang), the one that the country's law knows.
"""

from functools import cache
from zoneinfo import available_timezones

UTC = "UTC"


def timezone_at(lat: float, lon: float) -> str:
    """The IANA name of the zone at a WGS-84 place, one that this machine knows."""
    # 41 MiB of borders: only for those who ask.
    from tzfpy import get_tz  # noqa: PLC0415

    found = str(get_tz(lon, lat))
    return found if is_timezone(found) else UTC


def is_timezone(name: str) -> bool:
    """Whether the IANA has a zone of that name."""
    return name in _known()


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())
