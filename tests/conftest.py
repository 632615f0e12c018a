"""Fixtures for tests of the whole server."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.servers.game import Game, game
from tests.servers.postgres import PostgresServer, postgres_programs, postgres_server

# A busy machine is no failure: properties are judged by what holds, never by how long it took.
settings.register_profile("catcat", deadline=None)
settings.load_profile("catcat")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL of this test process's own."""
    programs = postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    with postgres_server(programs) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """The URL of an empty, migrated database, once of each kind; None is the embedded one."""
    if request.param == "sqlite":
        yield None
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = server.migrated_database()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Game]:
    """A whole server with a merchant, in this process, on embedded stores."""
    async with game(tmp_path) as running_game:
        yield running_game


@pytest.fixture
async def street_on(tmp_path: Path, database: str | None) -> AsyncIterator[Game]:
    """The same on both databases."""
    async with game(tmp_path, database=database) as running_game:
        yield running_game
