import asyncio
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from gameserver.ledger.database import run_sync
from gameserver.ledger.ledger import WrongVersion, open_ledger
from gameserver.ledger.migrations import is_current, migrate, upgrade
from gameserver.ledger.tables import metadata


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, metadata))


def checks(connection: Connection) -> dict[str, set[str | None]]:
    """The names of the CHECK constraints, which Alembic does not compare."""
    inspector = inspect(connection)
    return {
        table: {check["name"] for check in inspector.get_check_constraints(table)}
        for table in metadata.tables
    }


def test_the_migrated_tables_are_those_that_the_code_knows(empty_url: str):
    upgrade(empty_url)
    assert run_sync(empty_url, differences) == []


def test_the_migrated_tables_have_the_same_checks(empty_url: str, tmp_path: Path):
    upgrade(empty_url)
    fresh = f"sqlite:///{tmp_path / 'fresh.db'}"
    run_sync(fresh, metadata.create_all)
    assert run_sync(empty_url, checks) == run_sync(fresh, checks)


def test_migrating_again_changes_nothing(empty_url: str):
    upgrade(empty_url)
    upgrade(empty_url)
    assert run_sync(empty_url, is_current)


async def test_processes_that_start_at_once_migrate_once(empty_url: str):
    program = "import sys; from gameserver.ledger.migrations import upgrade; upgrade(sys.argv[1])"
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, empty_url)
        for _ in range(3)
    ]
    assert [await process.wait() for process in processes] == [0, 0, 0]
    async with open_ledger(empty_url) as ledger:
        assert await ledger.merchants.regions() == []


async def test_books_of_another_version_are_not_opened(empty_url: str):
    with pytest.raises(WrongVersion):
        async with open_ledger(empty_url):
            pass
    async with open_ledger(empty_url, migrate=True) as ledger:
        await ledger.ping()


def test_a_migration_that_fails_leaves_nothing_behind(empty_url: str):
    def fail(connection: Connection) -> None:
        migrate(connection)
        raise LookupError("the lights went out")

    with pytest.raises(LookupError):
        run_sync(empty_url, fail)
    assert run_sync(empty_url, lambda connection: inspect(connection).get_table_names()) == []
