"""A database whose next transaction meets with trouble, of the kinds that real ones meet with."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from itertools import count
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, insert

from gameserver.ledger.batch import insert_ignore
from gameserver.ledger.database import Database, LedgerUnavailable
from gameserver.ledger.fresh import NotFresh
from gameserver.ledger.tables import counters

P = ParamSpec("P")
T = TypeVar("T")

_numbers = count()


class Trouble(StrEnum):
    """What becomes of one transaction, and of whoever asked for it."""

    UNDONE = "it fails when all is done but the commit"
    UNHEARD = "it is committed, and nobody hears the answer"
    LEFT_EARLY = "whoever asked is cancelled before it is under way"
    LEFT_LATE = "whoever asked is cancelled before the commit"
    DIED = "the process dies before the commit"


class Crashed(Exception):
    """There is no answer."""


class Troubled:
    """A `Database`. `die` makes of a connection what the death of its process makes of it."""

    def __init__(self, db: Database, die: Callable[[Connection], None]) -> None:
        self._db = db
        self._die = die
        self.next: Trouble | None = None
        self.mark = ""
        """Stands in the books if the transaction that had trouble was committed; see `is_in`."""

    async def read(
        self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._db.read(fn, *args, **kwargs)

    async def write(
        self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        trouble, self.next = self.next, None
        if trouble is None:
            return await self._db.write(fn, *args, **kwargs)
        self.mark = f"mark-{next(_numbers)}"
        loop = asyncio.get_running_loop()

        def marked(connection: Connection) -> None:
            connection.execute(insert(counters).values(name=self.mark, value=0))
            fn(connection, *args, **kwargs)
            if trouble is Trouble.UNDONE:
                raise Crashed
            if trouble is Trouble.DIED:
                self._die(connection)
            if trouble is Trouble.LEFT_LATE:
                loop.call_soon_threadsafe(asking.cancel)

        asking = asyncio.create_task(self._db.write(marked))
        if trouble is Trouble.LEFT_EARLY:
            await asyncio.sleep(0)
            asking.cancel()
        try:
            with suppress(asyncio.CancelledError, Crashed, LedgerUnavailable):
                await asking
        except NotFresh:  # given up by itself: the one that takes its place meets with the trouble
            self.next = trouble
            raise
        raise Crashed

    async def is_in(self, mark: str) -> bool:
        """Whether the transaction with this mark was committed; if not, it never will be."""

        def take(connection: Connection) -> bool:
            # Waits for a transaction that is still under way, and takes its place if there is none.
            made = insert_ignore(connection, counters).values(name=mark, value=0)
            return connection.execute(made.returning(counters.c.name)).first() is None

        return await self._db.write(take)
