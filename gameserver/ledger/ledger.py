"""The books, opened: everything that the rest of the server asks of SQL."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from gameserver.ledger import migrations
from gameserver.ledger.audit import Check, audit
from gameserver.ledger.catches import Catches
from gameserver.ledger.coupons import LedgerCoupons
from gameserver.ledger.database import DEFAULT_LIMITS, Database, LedgerError, Limits, open_database
from gameserver.ledger.footfall import Footfalls, sweep_footfall
from gameserver.ledger.idempotency import Idempotency, sweep
from gameserver.ledger.merchants import Merchants
from gameserver.ledger.players import Players, forget_leftovers
from gameserver.ledger.redeeming import expire
from gameserver.ledger.reports import Reports
from gameserver.ledger.reservations import release_abandoned
from gameserver.ledger.revisions import current_rev
from gameserver.ledger.sanctions import Sanctions
from gameserver.ledger.settling import Settlement


class WrongVersion(LedgerError):
    """The database has the tables of another version: `catcat migrate`."""


def wall_clock() -> int:
    """Now, in epoch milliseconds."""
    return time.time_ns() // 1_000_000


class Ledger:
    """The services that share one database."""

    def __init__(self, db: Database, clock: Callable[[], int]) -> None:
        self.db = db
        self.coupons = LedgerCoupons(db, clock)
        self.merchants = Merchants(db, clock)
        self.catches = Catches(db)
        self.settlement = Settlement(db)
        self.players = Players(db, clock)
        self.sanctions = Sanctions(db, clock)
        self.idempotency = Idempotency(db)
        self.reports = Reports(db, clock)
        self.footfalls = Footfalls(db)

    async def tidy(self, now_ms: int, limit: int = 500) -> int:
        """Write down what time has brought, in at most `limit` rows of a kind; how many it were.

        Coupons expire, abandoned reservations are released, kept answers go, and so do old footfall
        and what came late of players who are gone.
        Whoever does this, and when, changes nothing for anybody.
        """
        expired = await self.db.write(expire, now_ms, limit)
        swept = await self.db.write(sweep, now_ms, limit)
        freed = await self.db.write(release_abandoned, now_ms, limit)
        forgotten = await self.db.write(sweep_footfall, now_ms, limit)
        return expired + swept + freed + forgotten + await self.db.write(forget_leftovers, limit)

    async def audit(self) -> list[Check]:
        """See `audit.audit`."""
        return await self.db.read(audit)

    async def ping(self) -> None:
        """Return if the books can be read; LedgerError if not."""
        await self.db.read(current_rev)


@asynccontextmanager
async def open_ledger(
    url: str,
    *,
    migrate: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    clock: Callable[[], int] = wall_clock,
) -> AsyncIterator[Ledger]:
    """The books in the database at `url` (see `open_database`).

    With `migrate` the database is brought to this version first; otherwise WrongVersion if it
    has another one.
    """
    async with open_database(url, limits) as db:
        if migrate:
            await db.write(migrations.migrate)
        elif not await db.read(migrations.is_current):
            raise WrongVersion("the database must be migrated first")
        yield Ledger(db, clock)
