"""The record of catches, and who is best at it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import Connection, bindparam, delete, func, select, tuple_, union_all
from sqlalchemy.dialects import postgresql, sqlite

from gameserver.game.model import Claim
from gameserver.ledger.batch import AnyRow, Many, among, many_inserts, pairs_among, texts
from gameserver.ledger.database import Database
from gameserver.ledger.paging import Page, page_size, pair_cursor
from gameserver.ledger.tables import catches, players, scores

Period = Literal["day", "week", "all"]

DAY_MS = 86_400_000


class Catch(Struct, frozen=True):
    """One catch in the record."""

    catch: str
    cat: str
    attempt: str
    species: str
    points: int
    store: str
    at_ms: int
    campaign: str | None


class Summary(Struct, frozen=True):
    """What a player has caught in all."""

    catches: int
    points: int
    species: dict[str, int]


class Score(Struct, frozen=True):
    """A place on the leaderboard."""

    player: str
    points: int
    catches: int


_CATCH = select(catches.c.id, catches.c.cat_id, catches.c.player_id)
# Not one SELECT with OR, for which PostgreSQL would read the whole table.
_THERE = union_all(
    _CATCH.where(among(catches.c.id, "ids")),
    _CATCH.where(pairs_among(catches.c.cat_id, catches.c.player_id, "pairs")),
)
_GONE = select(players.c.id).where(among(players.c.id, "ids"), players.c.gone_ms.is_not(None))
_INSERT = many_inserts(
    catches,
    "id",
    "cat_id",
    "player_id",
    "attempt",
    "species",
    "points",
    "store_id",
    "at_ms",
    "campaign_id",
    "no_coupon",
)
_FORGET = Many(
    delete(scores).where(
        scores.c.period == bindparam("score_period"), scores.c.player_id == bindparam("player")
    ),
    "score_period",
    "player",
)
_SCORE_COLUMNS = ("period", "player_id", "points", "catches")


def _adding(dialect_insert: Callable[..., Any]) -> Many:
    """Add to a score, or begin it."""
    statement = dialect_insert(scores).values({name: bindparam(name) for name in _SCORE_COLUMNS})
    return Many(
        statement.on_conflict_do_update(
            index_elements=[scores.c.period, scores.c.player_id],
            set_={
                "points": scores.c.points + statement.excluded.points,
                "catches": scores.c.catches + statement.excluded.catches,
            },
        ),
        *_SCORE_COLUMNS,
    )


_ADD = {"sqlite": _adding(sqlite.insert), "postgresql": _adding(postgresql.insert)}


class Catches:
    """Keeps the record of catches."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def record(
        self,
        claims: Sequence[Claim],
        now_ms: int,
        no_coupon: Mapping[str, str] | None = None,
    ) -> None:
        """See `record`."""
        await self._db.write(record, claims, no_coupon or {})

    async def of_player(self, player: str, limit: int, cursor: str | None = None) -> Page[Catch]:
        """See `of_player`."""
        return await self._db.read(of_player, player, limit, cursor)

    async def summary(self, player: str) -> Summary:
        """See `summary`."""
        return await self._db.read(summary, player)

    async def leaderboard(self, period: Period, limit: int, now_ms: int) -> list[Score]:
        """See `leaderboard`."""
        return await self._db.read(leaderboard, period, limit, now_ms)


def record(connection: Connection, claims: Sequence[Claim], no_coupon: Mapping[str, str]) -> None:
    """Write catches down, each once, however often they are brought.

    `no_coupon` says of catches of cats with a campaign why they have no coupon, by catch id. What
    players caught who are gone is not written down.
    """
    asked = {
        "ids": texts({claim.catch for claim in claims}),
        "pairs": texts({(claim.cat, claim.player) for claim in claims}),
    }
    there: set[object] = set()
    for id_, cat, player in connection.execute(_THERE, asked):
        there |= {id_, (cat, player)}
    names = texts({claim.player for claim in claims})
    gone = set(connection.scalars(_GONE, {"ids": names}))
    fresh = []
    for claim in claims:
        if claim.player in gone or there & {claim.catch, (claim.cat, claim.player)}:
            continue
        there |= {claim.catch, (claim.cat, claim.player)}
        fresh.append(claim)
    _INSERT(connection, [_row(claim, no_coupon.get(claim.catch)) for claim in fresh])
    _ADD[connection.dialect.name](connection, _gains(fresh))


def of_player(connection: Connection, player: str, limit: int, cursor: str | None) -> Page[Catch]:
    """A player's catches, the newest first."""
    size = page_size(limit)
    query = select(catches).where(catches.c.player_id == player)
    if cursor is not None:
        id_, at_ms = pair_cursor(cursor)
        query = query.where(tuple_(catches.c.at_ms, catches.c.id) < tuple_(at_ms, id_))
    newest = query.order_by(catches.c.at_ms.desc(), catches.c.id.desc()).limit(size + 1)
    rows = connection.execute(newest).all()
    last = rows[size - 1] if len(rows) > size else None
    following = None if last is None else f"{last.id}.{last.at_ms}"
    return Page([_catch(row) for row in rows[:size]], following)


def summary(connection: Connection, player: str) -> Summary:
    """How much a player has caught in all, and how many of each species."""
    rows = connection.execute(
        select(catches.c.species, func.count(), func.sum(catches.c.points))
        .where(catches.c.player_id == player)
        .group_by(catches.c.species)
        .order_by(catches.c.species)
    ).all()
    return Summary(
        catches=sum(count for _, count, _ in rows),
        points=sum(int(points) for _, _, points in rows),
        species={species: count for species, count, _ in rows},
    )


def forget_scores(connection: Connection, player: str) -> None:
    """Take a player off the leaderboards, as long as the catches still have the player's name."""
    times = connection.scalars(select(catches.c.at_ms).where(catches.c.player_id == player))
    periods = {period for at_ms in times for period in _periods(at_ms)}
    _FORGET(connection, [(period, player) for period in sorted(periods)])


def leaderboard(connection: Connection, period: Period, limit: int, now_ms: int) -> list[Score]:
    """The players with the most points, the best first.

    Days and weeks (from Monday) are those of UTC that `now_ms` lies in.
    """
    key = {"day": _day(now_ms), "week": _week(now_ms), "all": "all"}[period]
    rows = connection.execute(
        select(scores.c.player_id, scores.c.points, scores.c.catches)
        .where(scores.c.period == key)
        .order_by(scores.c.points.desc(), scores.c.player_id)
        .limit(page_size(limit))
    )
    return [Score(row.player_id, row.points, row.catches) for row in rows]


def _periods(at_ms: int) -> tuple[str, str, str]:
    """The periods that a catch counts for."""
    return "all", _day(at_ms), _week(at_ms)


def _day(at_ms: int) -> str:
    return f"d{at_ms // DAY_MS}"


def _week(at_ms: int) -> str:
    return f"w{(at_ms // DAY_MS + 3) // 7}"  # 1970-01-01 was a Thursday


def _gains(claims: Sequence[Claim]) -> list[tuple[object, ...]]:
    """What the claims add to each score, in the order of the scores' keys (a lock order)."""
    gains: dict[tuple[str, str], tuple[int, int]] = {}
    for claim in claims:
        for period in _periods(claim.at_ms):
            points, count = gains.get((period, claim.player), (0, 0))
            gains[period, claim.player] = (points + claim.points, count + 1)
    return [(*key, *gain) for key, gain in sorted(gains.items())]


def _row(claim: Claim, no_coupon: str | None) -> tuple[object, ...]:
    return (
        claim.catch,
        claim.cat,
        claim.player,
        claim.attempt,
        claim.species,
        claim.points,
        claim.store,
        claim.at_ms,
        claim.campaign,
        no_coupon,
    )


def _catch(row: AnyRow) -> Catch:
    return Catch(
        catch=row.id,
        cat=row.cat_id,
        attempt=row.attempt,
        species=row.species,
        points=row.points,
        store=row.store_id,
        at_ms=row.at_ms,
        campaign=row.campaign_id,
    )
