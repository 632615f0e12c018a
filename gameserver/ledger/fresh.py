"""The short way into the books, for what is new to them, as nearly everything is.

Nothing is asked first that writing finds out by itself: where a row is there already, or cannot be
changed as it should be, the transaction is given up (`NotFresh`), and everything is asked and
decided in another one.
"""

from collections.abc import Callable, Iterable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, select

from gameserver.ledger.batch import Question, among, texts
from gameserver.ledger.database import Database
from gameserver.ledger.tables import players

P = ParamSpec("P")
T = TypeVar("T")

_GONE = Question(
    select(players.c.id).where(among(players.c.id, "ids"), players.c.gone_ms.is_not(None)), "ids"
)


class NotFresh(Exception):
    """Something is in the books already, or is not to be had: nothing was written."""


async def write_fresh(
    db: Database,
    fresh: Callable[Concatenate[Connection, P], T],
    careful: Callable[Concatenate[Connection, P], T],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Run `fresh` in a transaction, or, where that is NotFresh, `careful` in another."""
    try:
        return await db.write(fresh, *args, **kwargs)
    except NotFresh:
        return await db.write(careful, *args, **kwargs)


def gone(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Those of the players who asked to be forgotten."""
    return {row[0] for row in _GONE(connection, texts(set(ids)))}
