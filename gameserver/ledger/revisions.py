"""The one counter by which everybody who polls learns what changed since.

Whoever changes a thing takes a number for it in the same transaction. The counter's row stays
locked until that transaction ends, so numbers become visible in their order: who has seen number
n has seen everything up to n.
"""

from sqlalchemy import Connection, select, update

from gameserver.ledger.batch import insert_ignore
from gameserver.ledger.tables import counters

_NAME = "rev"


def next_rev(connection: Connection, count: int = 1) -> int:
    """The first of `count` new numbers in a row. Ask last: other writers wait from here on."""
    advance = (
        update(counters)
        .where(counters.c.name == _NAME)
        .values(value=counters.c.value + count)
        .returning(counters.c.value)
    )
    last = connection.scalar(advance)
    if last is None:
        connection.execute(insert_ignore(connection, counters).values(name=_NAME, value=0))
        last = connection.execute(advance).scalar_one()
    return int(last) - count + 1


def current_rev(connection: Connection) -> int:
    """The last number that was given, 0 before the first."""
    return connection.scalar(select(counters.c.value).where(counters.c.name == _NAME)) or 0
