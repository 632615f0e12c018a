"""Addresses to places, by one of the geocoders that the `geopy` package knows.

The provider's rules are kept: no more than one request in `every_ms` by all processes together,
answers kept for a day, a bounded queue, no asking again while the provider says to wait. Who it is
asked by (`user_agent`) is for the operator to say; without it the public Nominatim is not asked.
"""

import asyncio
import inspect
import logging
import ssl
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from hashlib import blake2b
from secrets import token_hex
from typing import Any

from geopy.adapters import AioHTTPAdapter
from geopy.exc import ConfigurationError, GeocoderNotFound, GeocoderRateLimited, GeopyError
from geopy.geocoders import get_geocoder_for_service
from msgspec import Struct

from gameserver.game.datum import TO_WGS84, Datum

log = logging.getLogger(__name__)

TIMEOUT_S = 5.0
WITHIN_S = 12.0
"""How long a caller waits for a turn and the answer together."""

WAITING_MOST = 10
CANDIDATES_MOST = 10
KEPT_MOST = 10_000
KEPT_S = 86_400.0
REST_S = 60.0
"""How long the provider is left alone that says that there was too much, but not until when."""

_OSM = "© OpenStreetMap contributors, https://www.openstreetmap.org/copyright"
_OF_OSM = frozenset({"nominatim", "photon", "pickpoint", "openmapquest"})
_OF_BAIDU = frozenset({"baidu", "baiduv3"})

Turn = Callable[[str], Awaitable[bool]]
"""Asks, with a nonce of the caller's, for the next turn, which may be somebody else's."""

TURN_EVERY_S = 0.1


class WrongGeocoder(ValueError):
    """There is no such geocoder, or it can't be set up with these options."""


class GeocoderAway(Exception):
    """The provider does not answer, or not us, or too many wait for it."""


class Found(Struct, frozen=True):
    """A place that has the address, WGS-84. `id` is the same whenever it is found."""

    id: str
    address: str
    lat: float
    lon: float


class GeocoderOptions(Struct, frozen=True):
    """Which of geopy's geocoders (`nominatim`), with what options, in which datum it answers."""

    service: str
    options: Mapping[str, Any]
    datum: Datum | None = None


class Geocoder:
    """Looks addresses up. Made with `open_geocoder`."""

    def __init__(self, wanted: GeocoderOptions, turn: Turn) -> None:
        """WrongGeocoder."""
        name = wanted.service.lower()
        given: dict[str, Any] = {"timeout": TIMEOUT_S, "ssl_context": ssl.create_default_context()}
        given |= {"adapter_factory": AioHTTPAdapter, **wanted.options}
        try:
            self.service = get_geocoder_for_service(name)(**given)
        except (GeocoderNotFound, ConfigurationError, TypeError, ValueError) as error:
            raise WrongGeocoder(f"geocoder {wanted.service}: {error}") from error
        known = inspect.signature(self.service.geocode).parameters
        self._most = {"limit": CANDIDATES_MOST} if "limit" in known else {}
        usual = Datum.BD09 if name in _OF_BAIDU else Datum.WGS84
        self._inward = TO_WGS84[wanted.datum or usual]
        self.attribution = _OSM if name in _OF_OSM else None
        self._turn = turn
        self._kept: OrderedDict[str, tuple[float, tuple[Found, ...]]] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()
        self._waiting = 0
        self._rest_until_s = 0.0

    async def find(self, address: str) -> tuple[Found, ...]:
        """The places with that address, the likeliest first. GeocoderAway."""
        asked = " ".join(address.split())
        kept = self._remembered(asked)
        if kept is not None:
            return kept
        if self._waiting >= WAITING_MOST:
            raise GeocoderAway("too many addresses wait to be looked up")
        self._waiting += 1
        try:
            async with asyncio.timeout(WITHIN_S), self._one_at_a_time:
                kept = self._remembered(asked)  # somebody before us asked for the same
                return await self._ask(asked) if kept is None else kept
        except TimeoutError as error:
            raise GeocoderAway("the geocoder took too long") from error
        finally:
            self._waiting -= 1

    async def _ask(self, asked: str) -> tuple[Found, ...]:
        if time.monotonic() < self._rest_until_s:
            raise GeocoderAway("the geocoder wants to be left alone for a while")
        await self._take_turn()
        try:
            places = await self.service.geocode(asked, exactly_one=False, **self._most)
        except GeocoderRateLimited as error:
            self._rest_until_s = time.monotonic() + (error.retry_after or REST_S)
            raise GeocoderAway("the geocoder says that there was too much") from error
        except GeopyError as error:
            # Not what it says: that may be an address of ours with a key in it.
            log.warning("the geocoder failed: %s", type(error).__name__)
            raise GeocoderAway("the geocoder does not answer") from error
        found = tuple(self._found(place) for place in (places or [])[:CANDIDATES_MOST])
        self._remember(asked, found)
        return found

    async def _take_turn(self) -> None:
        nonce = token_hex(8)
        while not await self._turn(nonce):  # noqa: ASYNC110 - other processes set no event here
            await asyncio.sleep(TURN_EVERY_S)

    def _found(self, place: Any) -> Found:
        lat, lon = self._inward(place.latitude, place.longitude)
        address = str(place.address)[:500]
        digest = blake2b(f"{address}\0{lat:.6f}\0{lon:.6f}".encode(), digest_size=8)
        return Found(digest.hexdigest(), address, lat, lon)

    def _remembered(self, asked: str) -> tuple[Found, ...] | None:
        until_s, found = self._kept.get(asked, (0.0, ()))
        return found if time.monotonic() < until_s else None

    def _remember(self, asked: str, found: tuple[Found, ...]) -> None:
        self._kept[asked] = (time.monotonic() + KEPT_S, found)
        if len(self._kept) > KEPT_MOST:
            self._kept.popitem(last=False)


@asynccontextmanager
async def open_geocoder(wanted: GeocoderOptions, turn: Turn) -> AsyncIterator[Geocoder]:
    """A geocoder until the block ends. WrongGeocoder."""
    geocoder = Geocoder(wanted, turn)
    async with geocoder.service:
        yield geocoder
