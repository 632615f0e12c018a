"""Who is best at catching: today, this week, and in all.

A player has one row, which knows the last day and the last week on which there was a catch: a catch
is one row to write, and what came before is in the record of catches, for whoever wants to know.
"""

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Insert, Select, case, delete, select

from gameserver.game.model import Claim
from gameserver.ledger.batch import Inserts
from gameserver.ledger.paging import page_size
from gameserver.ledger.tables import scores

Period = Literal["day", "week", "all"]

DAY_MS = 86_400_000


class Score(Struct, frozen=True):
    """A place on the leaderboard."""

    player: str
    points: int
    catches: int


def add_scores(connection: Connection, claims: Sequence[Claim]) -> None:
    """Add new catches to their players' scores."""
    gains: dict[str, list[Claim]] = {}
    for claim in claims:
        gains.setdefault(claim.player, []).append(claim)
    # In the order of the key: the order in which their rows are locked.
    _ADD(connection, [_gain(player, gains[player]) for player in sorted(gains)])


def forget_scores(connection: Connection, player: str) -> None:
    """Take a player off the leaderboards."""
    connection.execute(delete(scores).where(scores.c.player_id == player))


def leaderboard(connection: Connection, period: Period, limit: int, now_ms: int) -> list[Score]:
    """The players with the most points, the best first.

    Days and weeks (from Monday) are those of UTC that `now_ms` lies in. Of a player who has caught
    something on a later one nothing is known of an earlier one.
    """
    rows = connection.execute(_board(period, now_ms).limit(page_size(limit)))
    return [Score(row[0], row[1], row[2]) for row in rows]


def _board(period: Period, now_ms: int) -> Select[Any]:
    match period:
        case "all":
            board = select(scores.c.player_id, scores.c.points, scores.c.catches)
        case "week":
            board = select(scores.c.player_id, scores.c.week_points, scores.c.week_catches)
            board = board.where(scores.c.week == week_of(now_ms))
        case "day":
            board = select(scores.c.player_id, scores.c.day_points, scores.c.day_catches)
            board = board.where(scores.c.day == day_of(now_ms))
    return board.order_by(board.selected_columns[1].desc(), scores.c.player_id)


def day_of(at_ms: int) -> int:
    """Days since 1970, UTC."""
    return at_ms // DAY_MS


def week_of(at_ms: int) -> int:
    """Weeks since the Monday before 1970, which began on a Thursday, UTC."""
    return (at_ms // DAY_MS + 3) // 7


_COLUMNS = (
    "player_id",
    "points",
    "catches",
    "week",
    "week_points",
    "week_catches",
    "day",
    "day_points",
    "day_catches",
)


def _gain(player: str, claims: Sequence[Claim]) -> tuple[object, ...]:
    """What a player's catches add up to: in all, in their last week and on their last day."""
    if len(claims) == 1:  # nearly always
        points, at_ms = claims[0].points, claims[0].at_ms
        return player, points, 1, week_of(at_ms), points, 1, day_of(at_ms), points, 1
    day = max(day_of(claim.at_ms) for claim in claims)
    week = max(week_of(claim.at_ms) for claim in claims)
    that_day = [claim.points for claim in claims if day_of(claim.at_ms) == day]
    that_week = [claim.points for claim in claims if week_of(claim.at_ms) == week]
    return (
        player,
        sum(claim.points for claim in claims),
        len(claims),
        week,
        sum(that_week),
        len(that_week),
        day,
        sum(that_day),
        len(that_day),
    )


def _adding(insert: Any) -> Insert:
    """Add to a player's row, or begin it. A catch that comes late counts for no day gone by."""
    came = insert.excluded
    told: Insert = insert.on_conflict_do_update(
        index_elements=[scores.c.player_id],
        set_={
            "points": scores.c.points + came.points,
            "catches": scores.c.catches + came.catches,
            "week": _later(scores.c.week, came.week),
            "week_points": _in_last(came, "week", "week_points"),
            "week_catches": _in_last(came, "week", "week_catches"),
            "day": _later(scores.c.day, came.day),
            "day_points": _in_last(came, "day", "day_points"),
            "day_catches": _in_last(came, "day", "day_catches"),
        },
    )
    return told


def _later(had: ColumnElement[int], came: ColumnElement[int]) -> ColumnElement[int]:
    return case((came > had, came), else_=had)


def _in_last(came: Any, period: str, name: str) -> ColumnElement[int]:
    """What there is of the later of two days, or weeks: of both where they are the same one."""
    had_it, came_it = scores.c[period], came[period]
    had, more = scores.c[name], came[name]
    return case((came_it > had_it, more), (came_it == had_it, had + more), else_=had)


_ADD = Inserts(scores, *_COLUMNS, also=_adding)
