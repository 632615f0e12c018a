"""Every test of the books runs on both databases, on an empty one of its own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from gameserver.ledger.ledger import Ledger, open_ledger
from tests.ledger.shop import Clock, Shop, open_shop
from tests.servers.postgres import PostgresServer


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture
def empty_postgres_url(postgres: PostgresServer) -> Iterator[str]:
    name = postgres.empty_database()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture(params=["sqlite_url", "postgres_url"], ids=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A migrated database without rows."""
    found: str = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["empty_sqlite_url", "empty_postgres_url"], ids=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """A database without tables."""
    found: str = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def ledger(url: str, clock: Clock) -> AsyncIterator[Ledger]:
    """Books that must still balance when the test is over."""
    async with open_ledger(url, clock=clock) as ledger:
        yield ledger
        assert [check for check in await ledger.audit() if not check.ok] == []


@pytest.fixture
async def shop(ledger: Ledger) -> Shop:
    return await open_shop(ledger)
