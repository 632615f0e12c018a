"""Fixtures for tests of the whole server."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from gameserver.ledger.migrations import upgrade
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


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "books.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    shutil.copy(migrated_file, tmp_path / "books.db")
    return f"sqlite:///{tmp_path / 'books.db'}"


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    name = postgres.migrated_database()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str | None:
    """The URL of an empty, migrated database, once of each kind; None is the embedded one."""
    if request.param == "sqlite":
        return None
    url: str = request.getfixturevalue("postgres_url")
    return url


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
