"""Calls to a coupon service over HTTP: kept connections, deadlines, retries, a circuit breaker.

Every call that is made here may be made twice, so a call whose answer did not come is made again,
after a moment that differs from caller to caller, as long as its deadline allows.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

import msgspec
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, TCPConnector
from msgspec import Struct
from yarl import URL

from gameserver.coupons.breaker import Breaker
from gameserver.ledger.errors import LedgerBusy, LedgerUnavailable

log = logging.getLogger(__name__)

DEADLINE_S = 3.0
TRY_S = 1.2
CONNECTIONS = 16
UNDER_WAY_MOST = 64
ANSWER_MAX = 8 * 1024 * 1024
STREAM_IDLE_S = 30.0

A = TypeVar("A")


class Ask(NamedTuple):
    """One request: what is asked for, and how it is answered."""

    method: str
    path: str
    body: Struct | None = None
    query: Mapping[str, str | int] = {}
    missing_is_none: bool = False
    """404 is an answer, not a failure."""


class _NoAnswer(Exception):
    """It did not answer, or not as it should."""


class CouponClient:
    """A coupon service at a URL, asked with a service key.

    LedgerUnavailable: it does not answer as it should. LedgerBusy: too many calls are under way.
    """

    def __init__(self, url: str, key: str) -> None:
        self._url = URL(url.rstrip("/"))
        self._key = key
        self._session: ClientSession | None = None
        self.breaker = Breaker(random.random)
        self.calls = 0
        self.failures = 0
        self.under_way = 0

    async def __aenter__(self) -> Self:
        self._session = ClientSession(
            connector=TCPConnector(limit=CONNECTIONS, keepalive_timeout=30),
            headers={"Authorization": f"Bearer {self._key}", "Accept": "application/json"},
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._session is not None
        await self._session.close()

    async def ask(self, asked: Ask, answer: type[A]) -> A | None:
        """The service's answer; None where there is no such thing and that may be."""
        return await self._guarded(asked, msgspec.json.Decoder(answer).decode)

    async def tell(self, asked: Ask) -> None:
        """Ask where there is nothing to be answered."""
        await self._guarded(asked, _nothing)

    @asynccontextmanager
    async def passing_on(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> AsyncIterator[ClientResponse]:
        """Somebody else's request, made once, and its answer to be read as it comes."""
        assert self._session is not None
        url = self._url.join(URL(path, encoded=True)) if path.startswith("/") else URL(path)
        timeout = ClientTimeout(total=None, sock_connect=TRY_S, sock_read=STREAM_IDLE_S)
        try:
            async with self._session.request(
                method, url, headers=headers, data=body, timeout=timeout, allow_redirects=False
            ) as response:
                yield response
        except (ClientError, OSError, TimeoutError) as error:
            raise LedgerUnavailable("the coupon service can't be reached") from error

    async def _guarded(self, asked: Ask, decode: Callable[[bytes], A]) -> A | None:
        if self.under_way >= UNDER_WAY_MOST:
            raise LedgerBusy("too many calls to the coupon service are under way")
        loop = asyncio.get_running_loop()
        if not self.breaker.admits(loop.time()):
            raise LedgerUnavailable("the coupon service is away")
        self.under_way += 1
        try:
            return await self._until_answered(asked, decode, loop.time() + DEADLINE_S)
        except asyncio.CancelledError:
            self.breaker.withdrawn()
            raise
        finally:
            self.under_way -= 1

    async def _until_answered(
        self, asked: Ask, decode: Callable[[bytes], A], deadline_s: float
    ) -> A | None:
        loop = asyncio.get_running_loop()
        pause_s = 0.025
        while True:
            try:
                raw = await self._once(asked, min(TRY_S, deadline_s - loop.time()))
                answer = None if raw is None else _decoded(raw, decode)
            except _NoAnswer as error:
                self._failed()
                pause_s = min(2 * pause_s, 0.4)
                wait_s = random.uniform(pause_s / 2, pause_s)
                if self.breaker.is_open or loop.time() + wait_s >= deadline_s:
                    raise LedgerUnavailable(f"the coupon service {error}") from error
                await asyncio.sleep(wait_s)
            else:
                self.breaker.succeeded()
                return answer

    async def _once(self, asked: Ask, within_s: float) -> bytes | None:
        assert self._session is not None
        self.calls += 1
        url = self._url.joinpath(*asked.path.strip("/").split("/"))
        body = None if asked.body is None else msgspec.json.encode(asked.body)
        headers = {} if body is None else {"Content-Type": "application/json"}
        try:
            async with self._session.request(
                asked.method,
                url.with_query({name: str(value) for name, value in asked.query.items()}),
                data=body,
                headers=headers,
                timeout=ClientTimeout(total=max(0.05, within_s)),
                allow_redirects=False,
            ) as response:
                return await _read(response, asked)
        except TimeoutError as error:
            raise _NoAnswer("does not answer in time") from error
        except (ClientError, OSError) as error:
            raise _NoAnswer(f"can't be reached ({type(error).__name__})") from error

    def _failed(self) -> None:
        self.failures += 1
        was_open = self.breaker.is_open
        self.breaker.failed(asyncio.get_running_loop().time())
        if self.breaker.is_open and not was_open:
            log.warning("the coupon service is left in peace for a while: it does not answer")


async def _read(response: ClientResponse, asked: Ask) -> bytes | None:
    if response.status == 404 and asked.missing_is_none:
        return None
    if response.status >= 300:
        raise _NoAnswer(f"answers {response.status} to {asked.method} {asked.path}")
    answer = bytearray()
    async for chunk in response.content.iter_any():
        answer += chunk
        if len(answer) > ANSWER_MAX:
            raise _NoAnswer("answers without end")
    return bytes(answer)


def _decoded(raw: bytes, decode: Callable[[bytes], A]) -> A:
    try:
        return decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _NoAnswer("answers nonsense") from error


def _nothing(_: bytes) -> None:
    """Whatever is said is fine."""


def as_json(value: Any) -> str:
    """A struct as the value of a header."""
    return msgspec.json.encode(value).decode()
