"""What stores' cats were to players, by the hour: how many were told of, aimed at and caught."""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from gameserver.ledger.batch import Many, among, texts
from gameserver.ledger.database import Database
from gameserver.ledger.tables import footfall, stores

HOUR_MS = 3_600_000
KEPT_DAYS = 92
"""How long an hour is kept: a quarter of a year."""

_COLUMNS = ("store_id", "hour", "seen", "approached", "caught")


class Steps(Struct, frozen=True):
    """How often cats of a store came into a view, were aimed at in reach, and were caught."""

    store: str
    seen: int
    approached: int
    caught: int


class StoreHour(Struct, frozen=True):
    """The same, of the hour that begins at `hour_ms`."""

    store: str
    hour_ms: int
    seen: int
    approached: int
    caught: int


class Footfalls:
    """Reads and writes them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, steps: Sequence[Steps], now_ms: int) -> None:
        """Add to the hour of `now_ms`. If its answer is lost, it may be counted twice."""
        await self._db.write(add, steps, now_ms)

    async def hours(self, merchant: str, from_ms: int, to_ms: int, most: int) -> list[StoreHour]:
        """See `hours`."""
        return await self._db.read(hours, merchant, from_ms, to_ms, most)

    async def caught(self, ids: Sequence[str], now_ms: int) -> dict[str, int]:
        """See `caught`."""
        return await self._db.read(caught, ids, now_ms)


def _adding(dialect_insert: Callable[..., Any]) -> Many:
    statement = dialect_insert(footfall).values({name: bindparam(name) for name in _COLUMNS})
    sums = {
        name: footfall.c[name] + statement.excluded[name]
        for name in ("seen", "approached", "caught")
    }
    keys = [footfall.c.store_id, footfall.c.hour]
    return Many(statement.on_conflict_do_update(index_elements=keys, set_=sums), *_COLUMNS)


_SWEEP = Many(
    delete(footfall).where(
        footfall.c.store_id == bindparam("store"), footfall.c.hour == bindparam("at_hour")
    ),
    "store",
    "at_hour",
)
_ADD = {"sqlite": _adding(sqlite.insert), "postgresql": _adding(postgresql.insert)}


def add(connection: Connection, steps: Sequence[Steps], now_ms: int) -> None:
    """Add to the hour of `now_ms`; rows in the order of their stores, so that nobody waits in a
    circle."""
    hour = now_ms // HOUR_MS
    rows = [(each.store, hour, each.seen, each.approached, each.caught) for each in steps]
    _ADD[connection.dialect.name](connection, sorted(rows))


def sweep_footfall(connection: Connection, now_ms: int, limit: int) -> int:
    """Forget at most `limit` of the rows that are kept no longer; how many it were."""
    last = now_ms // HOUR_MS - 24 * KEPT_DAYS
    old = select(footfall.c.store_id, footfall.c.hour).where(footfall.c.hour < last).limit(limit)
    rows = connection.execute(old).all()
    _SWEEP(connection, [tuple(row) for row in rows])
    return len(rows)


def hours(
    connection: Connection, merchant: str, from_ms: int, to_ms: int, most: int
) -> list[StoreHour]:
    """What was counted at a merchant's stores in the hours that begin in a span; the first ones."""
    query = (
        select(footfall)
        .join(stores, stores.c.id == footfall.c.store_id)
        .where(
            stores.c.merchant_id == merchant,
            footfall.c.hour >= -(-from_ms // HOUR_MS),
            footfall.c.hour < -(-to_ms // HOUR_MS),
        )
        .order_by(footfall.c.hour, footfall.c.store_id)
        .limit(most)
    )
    return [
        StoreHour(row.store_id, row.hour * HOUR_MS, row.seen, row.approached, row.caught)
        for row in connection.execute(query)
    ]


def caught(connection: Connection, ids: Sequence[str], now_ms: int) -> dict[str, int]:
    """How many catches there were at these stores in the hour that it is, where there were any."""
    query = select(footfall.c.store_id, footfall.c.caught).where(
        among(footfall.c.store_id, "ids"), footfall.c.hour == now_ms // HOUR_MS
    )
    return {row.store_id: row.caught for row in connection.execute(query, {"ids": texts(ids)})}
