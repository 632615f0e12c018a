"""What a big screen shows of the books."""

from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Select, func, select

from gameserver.game.model import SpawnPlan
from gameserver.ledger.tables import campaigns, catches, scores, spawn_plans, stores

_LAST_DIGITS = 24

SPARE = 4
"""So many times as many stores are looked at: some have a plan for later, or for before."""


class BookTotals(Struct, frozen=True):
    """Catches and coupons in all, as far as the books can say it cheaply; never too many."""

    catches: int
    coupons: int


class OpenedStore(Struct, frozen=True):
    """A store where cats live, and since when it is in the books. WGS-84."""

    id: str
    name: str
    lat: float
    lon: float
    created_ms: int


def book_totals(connection: Connection) -> BookTotals:
    """From the scores, one row a player, and the campaigns' counters.

    Players who asked to be forgotten have no score any more, so there may be fewer catches here
    than there were.
    """
    caught = select(func.sum(scores.c.catches))
    issued = select(func.sum(campaigns.c.issued))
    return BookTotals(_number(connection, caught), _number(connection, issued))


def promised(connection: Connection) -> int:
    """Catches with a coupon, given or owed: what there is to count where campaigns are elsewhere.

    Looks at every catch, so it is for when nothing else is known.
    """
    query = select(func.count()).where(
        catches.c.campaign_id.is_not(None), catches.c.no_coupon.is_(None)
    )
    return _number(connection, query)


def newest_stores(connection: Connection, limit: int, now_ms: int) -> list[OpenedStore]:
    """The stores where cats live that came last, the newest first."""
    columns = (stores.c.id, stores.c.name, stores.c.lat, stores.c.lon, stores.c.created_ms)
    query = _planned(select(*columns))
    query = query.order_by(stores.c.id.desc()).limit(limit * SPARE)  # see `new_id`
    rows = [row for row in connection.execute(query) if _has_begun(row.plan, now_ms)]
    return [OpenedStore(*row[:-1]) for row in rows[:limit]]


def places(connection: Connection, limit: int, now_ms: int) -> list[tuple[float, float]]:
    """Where stores are at which cats live: where there are more, some of them, from everywhere."""
    last_digits = func.substr(stores.c.id, _LAST_DIGITS)  # they count through what came at once
    query = _planned(select(stores.c.lat, stores.c.lon)).order_by(last_digits, stores.c.id)
    rows = connection.execute(query.limit(limit * SPARE))
    return [(row.lat, row.lon) for row in rows if _has_begun(row.plan, now_ms)][:limit]


def _planned(query: Select[Any]) -> Select[Any]:
    """With the plan as the last column."""
    return query.add_columns(spawn_plans.c.plan).join(spawn_plans).where(stores.c.state == "active")


def _has_begun(kept: str, now_ms: int) -> bool:
    """Whether the plan wants cats, and not only later: what is to come is its merchant's to tell.

    A store that is closed for the night is still one where cats live.
    """
    plan = msgspec.json.decode(kept, type=SpawnPlan)
    from_ms, to_ms = plan.active.from_ms, plan.active.to_ms
    is_time = (from_ms is None or from_ms <= now_ms) and (to_ms is None or now_ms < to_ms)
    return plan.cats_alive > 0 and is_time


def _number(connection: Connection, query: Select[Any]) -> int:
    return int(connection.scalar(query) or 0)
