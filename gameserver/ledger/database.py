"""A database as the rest of the ledger sees it: functions of a connection, run in transactions.

What the books do is written once, as plain functions of a `sqlalchemy.Connection`; a `Database`
runs them, on SQLite in threads, on PostgreSQL on asyncpg:

    async with open_database("sqlite:///var/catcat.db") as db:
        results = await db.write(issue, items, now_ms)

A function may be run again from the start when its transaction lost a race, so it must have no
effect but the one on its connection.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from gameserver.ledger.errors import (
    LedgerBusy,
    LedgerError,
    LedgerUnavailable,
    UnsupportedDatabase,
)
from gameserver.ledger.limits import DEFAULT_LIMITS, Limits
from gameserver.ledger.postgres import open_postgres
from gameserver.ledger.sqlite import open_sqlite
from gameserver.ledger.timings import Timings

__all__ = [
    "DEFAULT_LIMITS",
    "Database",
    "LedgerBusy",
    "LedgerError",
    "LedgerUnavailable",
    "Limits",
    "UnsupportedDatabase",
    "open_database",
    "run_sync",
]

P = ParamSpec("P")
T = TypeVar("T")


class Database(Protocol):
    """Runs functions of a connection, each in one transaction.

    Both raise LedgerBusy and LedgerUnavailable, and what the function raises, after a rollback.
    If the caller is cancelled, the transaction is either made whole or not at all.
    """

    writing: Timings
    """How those that write went, and `reading` those that read."""
    reading: Timings

    async def write(
        self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `fn` in a transaction that is durable when this returns."""
        ...

    async def read(
        self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `fn` on one consistent snapshot; it must not write."""
        ...


@asynccontextmanager
async def open_database(url: str, limits: Limits = DEFAULT_LIMITS) -> AsyncIterator[Database]:
    """The database at `sqlite:///path` or `postgresql+asyncpg://...`, closed at the end.

    UnsupportedDatabase for any other URL. Nothing is connected before it is used.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        async with open_sqlite(parsed, limits) as sqlite:
            yield sqlite
    else:
        async with open_postgres(parsed, limits) as postgres:
            yield postgres


def run_sync(
    url: str, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run `fn` in one writing transaction, from a program that has no event loop."""

    async def run() -> T:
        async with open_database(url) as db:
            return await db.write(fn, *args, **kwargs)

    return asyncio.run(run())


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise UnsupportedDatabase("not a database URL") from error
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        if parsed.database in (None, "", ":memory:"):
            raise UnsupportedDatabase("an SQLite database needs a file: sqlite:///path/to/file.db")
        return parsed.set(drivername="sqlite")
    if parsed.drivername in ("postgresql", "postgres", "postgresql+asyncpg"):
        return parsed.set(drivername="postgresql+asyncpg")
    raise UnsupportedDatabase(f"neither SQLite nor PostgreSQL: {parsed.drivername}")
