"""The books in PostgreSQL, through asyncpg.

Writers run in READ COMMITTED and lock the rows that they decide on; the order in which every
function here locks is: campaigns by id, reservations by id, coupons by id, stores by id, counters.
Transactions that lost a race all the same (a deadlock, or a row that somebody else inserted
first) are run again. Readers get one snapshot (REPEATABLE READ).
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from gameserver.ledger.errors import LedgerBusy, LedgerUnavailable
from gameserver.ledger.limits import Limits
from gameserver.ledger.timings import Timings

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 6
"""How often a transaction that keeps losing races is begun before the caller hears LedgerBusy."""

_LOST_RACES = ("40001", "40P01", "23505")  # serialization, deadlock, inserted by somebody else
_TOO_SLOW = ("55P03", "57014")  # lock timeout, statement timeout
# By prefix: connection, who we are, which database, resources, shutdown, system.
_OUTAGES = ("08", "28", "3D", "53", "57P", "58")


class _Lane:
    """Connections for one kind of transaction, and how these went."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self.timings = Timings()

    async def transact(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        asked_s = perf_counter()
        begun_s = None
        try:
            async with self._engine.begin() as connection:
                begun_s = perf_counter()
                return await connection.run_sync(fn, *args, **kwargs)
        finally:
            if begun_s is not None:
                self.timings.had_turn(asked_s, begun_s, perf_counter())


class PostgresDatabase:
    """A `Database` on a PostgreSQL server."""

    def __init__(self, engine: AsyncEngine, waiting: int) -> None:
        self._writers = _Lane(engine)
        self._readers = _Lane(
            engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        )
        self.writing = self._writers.timings
        self.reading = self._readers.timings
        self._room = waiting

    async def write(
        self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """See `Database.write`."""
        return await self._run(self._writers, fn, *args, **kwargs)

    async def read(
        self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """See `Database.read`."""
        return await self._run(self._readers, fn, *args, **kwargs)

    async def _run(
        self,
        lane: _Lane,
        fn: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        if self._room <= 0:
            raise LedgerBusy("too many transactions wait for the database")
        self._room -= 1
        lane.timings.asked()
        try:
            return await self._until_won(lane, fn, *args, **kwargs)
        finally:
            self._room += 1
            lane.timings.over()

    async def _until_won(
        self,
        lane: _Lane,
        fn: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        for tried in range(TRIES):
            try:
                return await lane.transact(fn, *args, **kwargs)
            except PoolTimeout as error:
                raise LedgerBusy("no connection to the database became free") from error
            except OSError as error:
                raise LedgerUnavailable("the database cannot be reached") from error
            except DBAPIError as error:
                if _sqlstate(error) not in _LOST_RACES:
                    raise _trouble(error) from error
                lost = error
            await asyncio.sleep(random.uniform(0, 0.005 * 2**tried))
        if _sqlstate(lost) == "23505":
            raise lost  # nobody's race: the function cannot succeed
        raise LedgerBusy("the transaction kept losing races") from lost


@asynccontextmanager
async def open_postgres(url: URL, limits: Limits) -> AsyncIterator[PostgresDatabase]:
    """The database that `url` names; connections are made when they are first needed."""
    engine = create_async_engine(
        url,
        pool_size=limits.connections,
        max_overflow=0,
        pool_timeout=limits.lock_timeout_s,
        connect_args={
            "timeout": limits.connect_timeout_s,
            "server_settings": {
                "application_name": "catcat",
                "lock_timeout": str(int(limits.lock_timeout_s * 1000)),
                "statement_timeout": str(int(limits.statement_timeout_s * 1000)),
                "idle_in_transaction_session_timeout": str(int(limits.statement_timeout_s * 1000)),
            },
        },
    )
    try:
        yield PostgresDatabase(engine, limits.waiting)
    finally:
        await engine.dispose()


def _sqlstate(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def _trouble(error: DBAPIError) -> Exception:
    """What a PostgreSQL error means to the caller: later again, an outage, or a bug."""
    state = _sqlstate(error)
    if state in _TOO_SLOW:
        return LedgerBusy("the database was too slow")
    if error.connection_invalidated or isinstance(error, InterfaceError):
        return LedgerUnavailable("the connection to the database broke")
    if state.startswith(_OUTAGES):
        return LedgerUnavailable(f"the database does not serve us: {error.orig}")
    return error
