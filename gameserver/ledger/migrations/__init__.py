"""The way of a database from any earlier version of the tables to this one.

Alembic runs the steps in `versions/`; it needs no configuration file. Whoever changes a table
writes the next step by hand: tests/ledger/test_migrations.py tells when the two agree.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from gameserver.ledger.database import run_sync

_LOCK = 0x636174636174  # any number that nobody else takes: "catcat"


def migrate(connection: Connection) -> None:
    """Bring the database to this version, all or nothing, in the caller's transaction.

    Of two processes that start at once, one waits for the other: on SQLite because a writing
    transaction holds the file's lock, on PostgreSQL for an advisory lock. Does nothing where
    nothing is to be done.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def upgrade(url: str) -> None:
    """Bring the database at `url` to this version, from a program that has no event loop."""
    run_sync(url, migrate)


def is_current(connection: Connection) -> bool:
    """Whether the database has exactly this version's tables."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == head


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
