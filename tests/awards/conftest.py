"""A line of catches over a real Redis and real books: with one commit per batch, and with two."""

from collections.abc import AsyncIterator, Iterator

import pytest

from gameserver.awards.bookkeeping import Bookkeeping
from gameserver.awards.line import Line
from gameserver.ledger.ledger import Ledger, open_ledger
from gameserver.live.live import Live, open_live
from tests.awards.catching import KINDS, Catching, books_of
from tests.ledger.shop import Clock, open_shop
from tests.servers.redis import RedisServer, redis_server


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
async def live(redis: RedisServer) -> AsyncIterator[Live]:
    redis.flush()
    async with open_live(redis.url) as live:
        yield live


@pytest.fixture(params=["sqlite_url", "postgres_url"], ids=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A migrated database without rows."""
    found: str = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def ledger(url: str) -> AsyncIterator[Ledger]:
    """Books that must balance when the test is over."""
    async with open_ledger(url, clock=Clock()) as ledger:
        yield ledger
        assert [check for check in await ledger.audit() if not check.ok] == []


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def books(kind: str, ledger: Ledger) -> Bookkeeping:
    return books_of(kind, ledger)


@pytest.fixture
async def street(live: Live, ledger: Ledger, books: Bookkeeping) -> AsyncIterator[Catching]:
    async with Line(live, books, Clock()) as line:
        yield Catching(live, ledger, line, await open_shop(ledger))
