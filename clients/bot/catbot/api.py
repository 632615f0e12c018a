"""The HTTP API as bots use it: sign up, find the map, read a wallet.

A call is tried again with full jitter after a lost connection, 429 or 503, as long as that makes
sense; what comes of it in the end is the caller's to count.
"""

import asyncio
import ssl
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from random import Random
from typing import Any, TypeVar

import aiohttp
import msgspec

from catbot.address import Address
from catbot.ground import Position
from catbot.reconnect import Backoff
from catbot.walker import Places

_SIGN_UP = "/v1/players"
_TRIES = 6
_TIMEOUT_S = 15.0
_AT_ONCE = 64
_PAGE = 100
_MAX_BODY_BYTES = 4 << 20
_TRY_AGAIN = {429, 503}

Body = TypeVar("Body", bound=msgspec.Struct)
Page = TypeVar("Page", bound="_Page")


class ApiError(Exception):
    """The API did not do what was asked, after all tries."""


class NotOfferedError(ApiError):
    """The server has no such endpoint."""


class Guest(msgspec.Struct, frozen=True):
    """A player that was just made."""

    player: str
    token: str


class WalletCoupon(msgspec.Struct, frozen=True):
    """One coupon in a player's wallet; `code` is None while it is pending."""

    cat: str
    state: str
    code: str | None = None
    campaign: str | None = None
    expires_ms: int | None = None
    attempt: str | None = None


class ListedCatch(msgspec.Struct, frozen=True):
    """One catch in a player's own list."""

    cat: str
    attempt: str
    points: int
    no_coupon: str | None = None


class _Page(msgspec.Struct, frozen=True, kw_only=True):
    next: str | None = None


class _WalletPage(_Page, frozen=True, kw_only=True):
    items: tuple[WalletCoupon, ...]


class _CatchesPage(_Page, frozen=True, kw_only=True):
    items: tuple[ListedCatch, ...]


class _MapCentre(msgspec.Struct, frozen=True):
    lat: float
    lon: float


class _Map(msgspec.Struct, frozen=True):
    centre: _MapCentre | None
    radius_m: float
    stores: tuple[_MapCentre, ...] = ()


class Api:
    """The endpoints that a load run needs. Made by `open_api`."""

    def __init__(self, http: aiohttp.ClientSession, base: str, rng: Random) -> None:
        self._http = http
        self._base = base
        self._rng = rng
        self.failed_sign_ups: Counter[str] = Counter()
        """Tries to sign up that came to nothing, by reason."""

    async def sign_up(self) -> Guest:
        """Make a guest. Raises ApiError."""
        # The key makes a retry answer with the guest that a lost reply already made.
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        return await self._ask("POST", _SIGN_UP, Guest, headers=headers)

    async def wallet(self, token: str) -> list[WalletCoupon]:
        """Every coupon of one player, all pages. Raises ApiError."""
        pages = self._pages("/v1/me/coupons", token, _WalletPage)
        return [coupon async for page in pages for coupon in page.items]

    async def catches(self, token: str) -> list[ListedCatch]:
        """Every catch of one player, all pages. Raises ApiError."""
        pages = self._pages("/v1/me/catches", token, _CatchesPage)
        return [catch async for page in pages for catch in page.items]

    async def places(self) -> Places | None:
        """Where the server's stores are; None where it has none.

        Raises ApiError, of which NotOfferedError means a server without a map.
        """
        found = await self._ask("GET", "/v1/map", _Map)
        if found.centre is None or not found.stores:
            return None
        return Places(
            centre=Position(found.centre.lat, found.centre.lon),
            radius_m=found.radius_m,
            stores=tuple(Position(store.lat, store.lon) for store in found.stores),
        )

    async def _pages(self, path: str, token: str, shape: type[Page]) -> AsyncIterator[Page]:
        headers = {"Authorization": f"Bearer {token}"}
        params: dict[str, str] = {"limit": str(_PAGE)}
        seen: set[str] = set()
        while True:
            page = await self._ask("GET", path, shape, headers=headers, params=params)
            yield page
            if page.next is None:
                return
            if page.next in seen:
                raise ApiError(f"GET {path}: the cursor goes in a circle")
            seen.add(page.next)
            params["cursor"] = page.next

    async def _ask(
        self,
        method: str,
        path: str,
        shape: type[Body],
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Body:
        backoff = Backoff(self._rng, base_s=0.5, cap_s=10.0)
        trouble = "no try was made"
        for tries_left in reversed(range(_TRIES)):
            retry_after_s = 0.0
            try:
                async with self._http.request(
                    method, self._base + path, headers=headers, params=params
                ) as response:
                    if response.status < 300:
                        return _read(await _body(response), shape)
                    trouble = await _problem(response)
                    self._note(path, f"http_{response.status}")
                    if response.status in (404, 405):
                        raise NotOfferedError(f"{method} {path}: {trouble}")
                    if response.status not in _TRY_AGAIN:
                        break
                    retry_after_s = _seconds(response.headers.get("Retry-After"))
            except (
                aiohttp.ClientConnectionError,
                aiohttp.ClientPayloadError,
                TimeoutError,
            ) as error:
                trouble = _lost(error)
                self._note(path, "timeout" if isinstance(error, TimeoutError) else "lost")
            except aiohttp.ClientError as error:
                raise ApiError(f"{method} {path}: {error}") from error
            if tries_left:
                await asyncio.sleep(backoff.wait_s(retry_after_s))
        raise ApiError(f"{method} {path}: {trouble}")

    def _note(self, path: str, reason: str) -> None:
        if path == _SIGN_UP:
            self.failed_sign_ups[f"sign_up_{reason}"] += 1


@asynccontextmanager
async def open_api(address: Address, tls: ssl.SSLContext | None, rng: Random) -> AsyncIterator[Api]:
    """The API at an address, with at most 64 requests under way at once."""
    connector = aiohttp.TCPConnector(limit=_AT_ONCE, ssl=True if tls is None else tls)
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=_TIMEOUT_S, sock_read=_TIMEOUT_S)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as http:
        yield Api(http, address.http, rng)


def _lost(error: Exception) -> str:
    """What became of a connection. aiohttp's own words speak of TLS where there is none."""
    if isinstance(error, aiohttp.ClientConnectorError):
        cause = error.os_error.strerror or str(error.os_error)
        return f"no connection to {error.host}:{error.port}: {cause}"
    return str(error) or type(error).__name__


def _read(body: bytes, shape: type[Body]) -> Body:
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.MsgspecError as error:
        raise ApiError(f"an answer is no {shape.__name__.strip('_')}: {error}") from error


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > _MAX_BODY_BYTES:
            raise ApiError(f"{response.url.path}: an answer of more than {_MAX_BODY_BYTES} bytes")
    return bytes(body)


async def _problem(response: aiohttp.ClientResponse) -> str:
    """The status, with the problem's own code where the body is one (RFC 9457)."""
    try:
        body: Any = msgspec.json.decode(await _body(response))
    except (msgspec.MsgspecError, aiohttp.ClientError, TimeoutError):
        return str(response.status)
    code = body.get("code") if isinstance(body, dict) else None
    return f"{response.status} {code}" if isinstance(code, str) else str(response.status)


def _seconds(header: str | None) -> float:
    try:
        return max(0.0, float(header or 0))
    except ValueError:  # it may also be a date
        return 0.0
