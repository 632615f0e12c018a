"""Calls to a coupon service over HTTP: kept connections, deadlines, retries, a circuit breaker.

Every call that is made here may be made twice, so a call whose answer did not come is made again,
after a moment that differs from caller to caller, as long as its deadline allows.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from time import perf_counter
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar
from urllib.parse import quote

import msgspec
from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    hdrs,
)
from msgspec import Struct
from yarl import URL

from gameserver.coupons.breaker import Breaker, Permit
from gameserver.histogram import Histogram
from gameserver.ledger.errors import LedgerBusy, LedgerUnavailable

log = logging.getLogger(__name__)

DEADLINE_S = 3.0
TRY_S = 1.2
CONNECTIONS = 16
UNDER_WAY_MOST = 64
"""Of the calls that read, and as many of those that write; connections, too. Anybody can make a
server read, by asking for a wallet or whether it is ready: that must keep no coupon waiting."""

ANSWER_MAX = 8 * 1024 * 1024

PASSING_MOST = 512
"""Requests of others that are under way at once. They have connections of their own, so that a
report that is read slowly keeps no coupon waiting."""

PASSING_PER_MERCHANT = 128
"""Of these for one merchant: none may keep the others' tills from redeeming."""

PASSED_WITHIN_S = 10.0
"""Until the answer to somebody else's request begins, the connection included: a request that pays
is made once, and must not fail because this process was too busy to see its connection open."""

STREAM_IDLE_S = 30.0

_NOT_TAKEN = frozenset({400, 409, 413, 422})
"""Answers of a service that works, to a question that it does not take."""

A = TypeVar("A")


class Ask(NamedTuple):
    """One request: what is asked for, and how it is answered. `path` is percent-encoded."""

    method: str
    path: str
    body: Struct | None = None
    query: Mapping[str, str | int] = {}
    missing_is_none: bool = False
    """404 is an answer, not a failure."""


class PassedRequest(NamedTuple):
    """The request of a merchant: its path is percent-encoded and has the query with it."""

    merchant: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None


class NotTaken(LedgerUnavailable):
    """The service works, but does not take this question: to ask it again is of no use."""


class _NoAnswer(Exception):
    """It did not answer, or not as it should."""


class Passed:
    """The answer to somebody else's request, as far as it has come."""

    def __init__(self, response: ClientResponse) -> None:
        self._response = response
        self.status = response.status
        self.headers = response.headers

    @property
    def length(self) -> int | None:
        """How long the body is, where that is said."""
        return None if hdrs.CONTENT_ENCODING in self.headers else self._response.content_length

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body, as it comes. LedgerUnavailable where it breaks off."""
        try:
            async for chunk in self._response.content.iter_any():
                yield chunk
        except (ClientError, OSError, TimeoutError) as error:
            raise LedgerUnavailable("the coupon service breaks its answer off") from error


class _Way:
    """What calls of one kind share."""

    __slots__ = ("breaker", "session", "under_way")

    def __init__(self) -> None:
        self.breaker = Breaker(random.random)
        self.session: ClientSession | None = None
        self.under_way = 0


class CouponClient:
    """A coupon service at a URL, asked with a service key.

    LedgerUnavailable: it does not answer as it should. LedgerBusy: too many calls are under way.
    """

    def __init__(self, url: str, key: str) -> None:
        self._base = str(URL(url).with_query(None).with_fragment(None)).rstrip("/")
        self._key = key
        self._others: ClientSession | None = None
        # Each of its own, since a database that can't be written may well be read.
        self._reads = _Way()
        self._writes = _Way()
        self.calls = 0
        self.failures = 0
        self.durations = Histogram()
        """Seconds until a call was answered, or given up."""
        self._passing: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        self._reads.session = self._session(CONNECTIONS)
        self._writes.session = self._session(CONNECTIONS)
        self._others = self._session(PASSING_MOST)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for session in (self._reads.session, self._writes.session, self._others):
            assert session is not None
            await session.close()

    def _session(self, connections: int) -> ClientSession:
        return ClientSession(
            connector=TCPConnector(limit=connections, keepalive_timeout=30),
            cookie_jar=DummyCookieJar(),
            headers={"Authorization": f"Bearer {self._key}", "Accept-Encoding": "identity"},
            skip_auto_headers=(hdrs.CONTENT_TYPE,),
        )

    @property
    def reading(self) -> Breaker:
        """The breaker of calls that read."""
        return self._reads.breaker

    @property
    def writing(self) -> Breaker:
        """The breaker of calls that write."""
        return self._writes.breaker

    @property
    def under_way(self) -> int:
        """How many calls are being made."""
        return self._reads.under_way + self._writes.under_way

    @property
    def passing(self) -> int:
        """How many requests of merchants are being passed on."""
        return self._passing.total()

    @property
    def is_away(self) -> bool:
        """Whether calls fail at once, those that read or those that write."""
        return self.reading.is_open or self.writing.is_open

    async def ask(
        self, asked: Ask, answer: type[A], is_sound: Callable[[A], bool] | None = None
    ) -> A | None:
        """The service's answer; None where there is no such thing and that may be.

        NotTaken. `is_sound` says whether an answer can be one to this question.
        """
        read = msgspec.json.Decoder(answer).decode

        def decode(raw: bytes) -> A:
            found = read(raw)
            if is_sound is not None and not is_sound(found):
                raise msgspec.ValidationError("not an answer to this question")
            return found

        return await self._guarded(asked, decode)

    async def tell(self, asked: Ask) -> None:
        """Ask where there is nothing to be answered. NotTaken."""
        await self._guarded(asked, _nothing)

    @asynccontextmanager
    async def passing_on(self, passed: PassedRequest) -> AsyncIterator[Passed]:
        """Somebody else's request, made once, and its answer to be read as it comes."""
        merchant = passed.merchant
        if self.passing >= PASSING_MOST or self._passing[merchant] >= PASSING_PER_MERCHANT:
            raise LedgerBusy("too many requests to the coupon service are under way")
        if self._way(passed.method).breaker.is_open:
            raise LedgerUnavailable("the coupon service is away")
        self._passing[merchant] += 1
        try:
            async with await self._begun(passed) as response:
                yield Passed(response)
        finally:
            self._passing[merchant] -= 1
            if not self._passing[merchant]:
                del self._passing[merchant]

    async def _begun(self, passed: PassedRequest) -> ClientResponse:
        assert self._others is not None
        try:
            async with asyncio.timeout(PASSED_WITHIN_S):
                return await self._others.request(
                    passed.method,
                    URL(self._base + passed.path, encoded=True),
                    headers=passed.headers,
                    data=passed.body,
                    timeout=ClientTimeout(total=None, sock_read=STREAM_IDLE_S),
                    allow_redirects=False,
                )
        except (ClientError, OSError, TimeoutError) as error:
            raise LedgerUnavailable("the coupon service can't be reached") from error

    async def _guarded(self, asked: Ask, decode: Callable[[bytes], A]) -> A | None:
        way = self._way(asked.method)
        if way.under_way >= UNDER_WAY_MOST:
            raise LedgerBusy("too many calls to the coupon service are under way")
        permit = way.breaker.admit(asyncio.get_running_loop().time())
        if permit is None:
            raise LedgerUnavailable("the coupon service is away")
        way.under_way += 1
        try:
            return await self._until_answered(asked, decode, permit)
        finally:
            way.under_way -= 1
            way.breaker.withdrawn(permit)

    def _way(self, method: str) -> _Way:
        return self._reads if method == hdrs.METH_GET else self._writes

    async def _until_answered(
        self, asked: Ask, decode: Callable[[bytes], A], permit: Permit
    ) -> A | None:
        loop = asyncio.get_running_loop()
        breaker = self._way(asked.method).breaker
        deadline_s = loop.time() + DEADLINE_S
        pause_s = 0.025
        while True:
            try:
                raw = await self._once(asked, min(TRY_S, deadline_s - loop.time()))
                answer = None if raw is None else _decoded(raw, decode)
            except NotTaken:
                breaker.succeeded()
                raise
            except _NoAnswer as error:
                self._failed(breaker, permit)
                pause_s = min(2 * pause_s, 0.4)
                wait_s = random.uniform(pause_s / 2, pause_s)
                if breaker.is_open or loop.time() + wait_s >= deadline_s:
                    raise LedgerUnavailable(f"the coupon service {error}") from error
                await asyncio.sleep(wait_s)
            else:
                breaker.succeeded()
                return answer

    async def _once(self, asked: Ask, within_s: float) -> bytes | None:
        session = self._way(asked.method).session
        assert session is not None
        self.calls += 1
        url = URL(self._base + asked.path, encoded=True)
        body = None if asked.body is None else msgspec.json.encode(asked.body)
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        started_s = perf_counter()
        try:
            async with session.request(
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
        finally:
            self.durations.add(perf_counter() - started_s)

    def _failed(self, breaker: Breaker, permit: Permit) -> None:
        self.failures += 1
        was_open = breaker.is_open
        breaker.failed(permit, asyncio.get_running_loop().time())
        if breaker.is_open and not was_open:
            log.warning("the coupon service is left in peace for a while: it does not answer")


async def _read(response: ClientResponse, asked: Ask) -> bytes | None:
    if response.status == 404 and asked.missing_is_none:
        return None
    if response.status in _NOT_TAKEN:
        raise NotTaken(f"the coupon service answers {response.status}: it does not take this")
    if response.status >= 300:
        raise _NoAnswer(f"answers {response.status}")
    answer = bytearray()
    async for chunk in response.content.iter_any():
        answer += chunk
        if len(answer) > ANSWER_MAX:
            raise _NoAnswer("answers without end")
    return bytes(answer)


def _decoded(raw: bytes, decode: Callable[[bytes], A]) -> A:
    try:
        return decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _NoAnswer("answers nonsense") from error


def _nothing(_: bytes) -> None:
    """Whatever is said is fine."""


def in_path(text: str) -> str:
    """A text as one segment of a path, whatever is in it."""
    return quote(text, safe="")


def as_json(value: Any) -> str:
    """A struct as the value of a header."""
    return msgspec.json.encode(value).decode()
