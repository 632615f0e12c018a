"""What an operator has set for the pages: the map's tiles, and what is counted down to."""

import re
from datetime import datetime
from urllib.parse import urlsplit

from msgspec import Struct


class BadSetting(ValueError):
    """A setting of the pages that cannot be meant."""


class Tiles(Struct, frozen=True):
    """Where the map's tiles come from. `attribution` is what their terms want to be shown.

    `kind` is `raster` for a template with `{z}`, `{x}` and `{y}`, or `style` for a MapLibre style.
    """

    url: str
    kind: str
    attribution: str


class Event(Struct, frozen=True):
    """What the big screen counts down to."""

    name: str
    at_ms: int


class PageSettings(Struct, frozen=True):
    """Without `tiles` the maps are a plain grid, and nothing comes from a third party.

    `practice`: the players' page may walk by itself, as somebody else, for people at desks.
    """

    tiles: Tiles | None = None
    event: Event | None = None
    practice: bool = False


_HOST = re.compile(r"(\{s\}\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?", re.IGNORECASE)
"""What Content-Security-Policy has words for: no address of IPv6, no name and password."""


def tiles_of(url: str, attribution: str) -> Tiles:
    """The tiles at a URL. BadSetting."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise BadSetting(f"not the URL of tiles: {url!r}: {error}") from error
    if parts.scheme not in {"http", "https"} or not url.isprintable() or " " in url:
        raise BadSetting(f"not the URL of tiles: {url!r}")
    if _HOST.fullmatch(parts.netloc) is None:
        raise BadSetting(f"not a host that a page's policy can name: {parts.netloc!r}")
    is_template = all(hole in url for hole in ("{z}", "{x}", "{y}"))
    return Tiles(url, "raster" if is_template else "style", attribution)


def event_of(text: str) -> Event:
    """An event from `NAME@TIME`, the time in ISO 8601 with its zone. BadSetting."""
    name, _, when = text.rpartition("@")
    try:
        at = datetime.fromisoformat(when.strip())
    except ValueError as error:
        raise BadSetting(f"an event is NAME@TIME, its time in ISO 8601: {error}") from error
    if at.tzinfo is None or not name.strip():
        raise BadSetting("an event is NAME@TIME, the time with its zone")
    return Event(name.strip(), round(at.timestamp() * 1000))
