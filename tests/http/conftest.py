"""The API over empty books: on SQLite, and where the database matters on PostgreSQL too."""

from collections.abc import AsyncIterator

import pytest

from gameserver.ledger.ledger import Ledger, open_ledger
from tests.http.desk import Clock, Desk, open_desk


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def ledger(sqlite_url: str, clock: Clock) -> AsyncIterator[Ledger]:
    """Books that must still balance when the test is over."""
    async with open_ledger(sqlite_url, clock=clock) as ledger:
        yield ledger
        assert [check for check in await ledger.audit() if not check.ok] == []


@pytest.fixture
async def desk(ledger: Ledger, clock: Clock) -> AsyncIterator[Desk]:
    async with open_desk(ledger, clock) as desk:
        yield desk


@pytest.fixture(params=["sqlite_url", "postgres_url"], ids=["sqlite", "postgresql"])
def either_url(request: pytest.FixtureRequest) -> str:
    """A migrated database without rows."""
    found: str = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def desk_on(either_url: str, clock: Clock) -> AsyncIterator[Desk]:
    """A desk on both databases."""
    async with open_ledger(either_url, clock=clock) as ledger:
        async with open_desk(ledger, clock) as desk:
            yield desk
        assert [check for check in await ledger.audit() if not check.ok] == []
