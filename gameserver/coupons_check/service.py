"""The service that is judged: asked over plain HTTP, with JSON as dicts."""

import asyncio
import json
from collections.abc import Mapping
from io import BytesIO
from types import TracebackType
from typing import Any, NamedTuple, Self

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    TCPConnector,
    TraceConfig,
)

Json = dict[str, Any]

ANSWER_WITHIN_S = 10.0
"""Far more than the game waits for one answer: judged is what is said, and not how fast."""

BUSY_WITHIN_S = 5.0
"""How long a service that says 503 is asked again: it may be in use."""

CONNECTIONS = 64
PROBLEM_JSON = "application/problem+json"


class Failed(Exception):
    """A promise is not kept: what was expected, and what came."""


class Skipped(Exception):
    """This can't be checked here, and why."""


class Unusable(Exception):
    """There is nothing to check: no service, or not with this key."""


class Ask(NamedTuple):
    """A request. `raw` goes out as it is, instead of `body`."""

    method: str
    path: str
    body: Any = None
    query: Mapping[str, str | int] = {}
    headers: Mapping[str, str] = {}
    raw: bytes | None = None


class Reply(NamedTuple):
    """An answer; `body` is its JSON, or None where it has none."""

    status: int
    media: str
    body: Any
    text: str

    def __str__(self) -> str:
        return f"{self.status} {self.text[:200]}".strip()


class Service:
    """A coupon service at a URL. Failed where it does not answer at all."""

    def __init__(self, url: str, key: str | None, connections: int = CONNECTIONS) -> None:
        self.url = url.rstrip("/")
        self._key = key
        self._connections = connections
        self._session: ClientSession | None = None
        self.opened = 0
        """Connections that were opened."""

    async def __aenter__(self) -> Self:
        trace = TraceConfig()
        trace.on_connection_create_end.append(self._count)
        headers = {"Accept": "application/json"}
        if self._key is not None:
            headers["Authorization"] = f"Bearer {self._key}"
        self._session = ClientSession(
            connector=TCPConnector(limit=self._connections),
            timeout=ClientTimeout(total=ANSWER_WITHIN_S),
            headers=headers,
            trace_configs=[trace],
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

    def with_key(self, key: str | None) -> "Service":
        """The same service, asked with another key or with none."""
        return Service(self.url, key, 1)

    def on_one_connection(self) -> "Service":
        """The same service, asked over one connection at a time."""
        return Service(self.url, self._key, 1)

    async def ask(self, asked: Ask) -> Reply:
        """The answer to a request; while it is 503, it is asked again."""
        loop = asyncio.get_running_loop()
        until_s, pause_s = loop.time() + BUSY_WITHIN_S, 0.05
        while True:
            reply = await self._once(asked)
            if reply.status != 503 or loop.time() >= until_s:
                return reply
            await asyncio.sleep(pause_s)
            pause_s *= 2

    async def _once(self, asked: Ask) -> Reply:
        assert self._session is not None
        what = f"{asked.method} {asked.path}"
        raw, headers = asked.raw, dict(asked.headers)
        if raw is None and asked.body is not None:
            raw = json.dumps(asked.body).encode()
        if raw is not None:
            headers.setdefault("Content-Type", "application/json")
        try:
            async with self._session.request(
                asked.method,
                self.url + asked.path,
                params={name: str(value) for name, value in asked.query.items()},
                data=None if raw is None else BytesIO(raw),
                headers=headers,
                allow_redirects=False,
            ) as response:
                return await _read(response)
        except TimeoutError as error:
            raise Failed(f"{what} is not answered within {ANSWER_WITHIN_S:g} s") from error
        except (ClientError, OSError) as error:
            raise Failed(f"{what} is not answered: {error or type(error).__name__}") from error

    async def _count(self, *_: object) -> None:
        self.opened += 1


async def _read(response: ClientResponse) -> Reply:
    text = (await response.read()).decode("utf-8", "replace")
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    return Reply(response.status, response.content_type, body, text)


def expect(what: str, wanted: object, came: object) -> None:
    """Failed unless what came is what was expected."""
    if came != wanted:
        raise Failed(f"{what}: expected {wanted!r}, came {came!r}")


def answered(reply: Reply, status: int = 200) -> Any:
    """The body of an answer that must have this status."""
    if reply.status != status:
        raise Failed(f"expected {status}, came {reply}")
    return reply.body


def refused(reply: Reply, status: int, code: str) -> Json:
    """The body of a problem that must have this status and code."""
    body = reply.body if isinstance(reply.body, dict) else {}
    if reply.status != status or body.get("code") != code:
        raise Failed(f"expected {status} with the code {code!r}, came {reply}")
    expect("the media type of a problem", PROBLEM_JSON, reply.media)
    return body
