"""The books in an SQLite file, that several processes may share.

Transactions run in threads of their own: one that writes, since SQLite lets only one write anyway,
and a few that read and are never kept waiting by it (WAL). `synchronous=FULL`: what was committed
survives a power cut.

Python's sqlite3 begins transactions by itself, too late and not before reads; it is told not to
(`isolation_level=None`), and BEGIN is said here: IMMEDIATE before writes, so that a transaction
that reads first and then writes cannot fail half-way for a lock.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from threading import BoundedSemaphore, local
from time import perf_counter
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from gameserver.ledger.errors import LedgerBusy, LedgerUnavailable
from gameserver.ledger.limits import Limits
from gameserver.ledger.timings import Timings

P = ParamSpec("P")
T = TypeVar("T")


WRITER_CACHE_KIB = 65_536

CHECKPOINT_PAGES = 4_000
"""16 MiB of log, about as much as a disk takes in a tenth of a second."""


class _Lane:
    """Threads that each run one transaction at a time, and a bounded queue before them."""

    def __init__(self, url: URL, limits: Limits, *, writes: bool) -> None:
        self._engine = _engine(url, limits, writes=writes)
        self._room = BoundedSemaphore(limits.waiting)
        self.timings = Timings()
        threads = 1 if writes else limits.readers
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="ledger")
        self._of_thread = local()
        self._open: list[Connection] = []
        # A reader that meets a read-only file has tried to write, which is a bug and no outage.
        self._outages = _OUTAGES | {sqlite3.SQLITE_READONLY} if writes else _OUTAGES

    async def run(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        if not self._room.acquire(blocking=False):
            raise LedgerBusy("too many transactions wait for the database")
        self.timings.asked()
        asked_s = perf_counter()
        try:
            future = self._threads.submit(lambda: self._in_turn(asked_s, fn, *args, **kwargs))
        except BaseException:
            self._free()
            raise
        # Not in a `finally` around the wait: a cancelled caller leaves while its turn is still to
        # come or under way, and its room is free only when that is over.
        future.add_done_callback(lambda _: self._free())
        return await asyncio.wrap_future(future)

    def _free(self) -> None:
        self._room.release()
        self.timings.over()

    def _in_turn(
        self,
        asked_s: float,
        fn: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        begun_s = perf_counter()
        try:
            return self._transact(fn, *args, **kwargs)
        finally:
            self.timings.had_turn(asked_s, begun_s, perf_counter())

    def _transact(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        try:
            connection = self._connection()
            with connection.begin():
                return fn(connection, *args, **kwargs)
        except DBAPIError as error:
            raise _trouble(error, self._outages) from error

    def _connection(self) -> Connection:
        """This thread's own: some transactions cost less than a way through the pool."""
        connection: Connection | None = getattr(self._of_thread, "connection", None)
        if connection is None or connection.invalidated:
            connection = self._of_thread.connection = self._engine.connect()
            self._open.append(connection)
        return connection

    async def close(self) -> None:
        """Wait for what is under way."""
        await asyncio.to_thread(self._threads.shutdown)
        for connection in self._open:
            connection.close()
        self._engine.dispose()


class SqliteDatabase:
    """A `Database` in a file."""

    def __init__(self, writer: _Lane, readers: _Lane) -> None:
        self._writer = writer
        self._readers = readers
        self.writing = writer.timings
        self.reading = readers.timings

    async def write(
        self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """See `Database.write`."""
        return await self._writer.run(fn, *args, **kwargs)

    async def read(
        self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """See `Database.read`."""
        return await self._readers.run(fn, *args, **kwargs)


@asynccontextmanager
async def open_sqlite(url: URL, limits: Limits) -> AsyncIterator[SqliteDatabase]:
    """The database in the file that `url` names; its folder is made if need be."""
    if url.database is not None:
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LedgerUnavailable("the database's folder cannot be made") from error
    writer = _Lane(url, limits, writes=True)
    readers = _Lane(url, limits, writes=False)
    try:
        yield SqliteDatabase(writer, readers)
    finally:
        await readers.close()
        await writer.close()


def _engine(url: URL, limits: Limits, *, writes: bool) -> Engine:
    """An engine whose transactions begin at BEGIN and, if they may write, take the lock there."""
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=1 if writes else limits.readers,
        max_overflow=0,
        connect_args={"timeout": limits.lock_timeout_s},
    )
    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA temp_store=MEMORY")
        if writes:
            # Coupons' ids are random: each batch touches pages all over the unique indexes, which
            # should be in memory, and should not be carried over from the log too often.
            cursor.execute(f"PRAGMA cache_size=-{WRITER_CACHE_KIB}")
            cursor.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        else:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _trouble(error: DBAPIError, outages: frozenset[int]) -> Exception:
    """What an SQLite error means to the caller: later again, an outage, or a bug."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if not isinstance(code, int):
        return error
    primary = code & 0xFF  # the rest says where in SQLite it happened
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LedgerBusy("another process holds the database's lock")
    if primary in outages:
        return LedgerUnavailable(f"the database file cannot be used: {error.orig}")
    return error


_OUTAGES = frozenset(
    (
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
    )
)
