"""A player has one score: in all, in the last week and on the last day with a catch."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_COUNTS = (
    "points",
    "catches",
    "week",
    "week_points",
    "week_catches",
    "day",
    "day_points",
    "day_catches",
)
_KEPT = """
    WITH parts AS (
        SELECT player_id, substr(period, 1, 1) AS kind,
               CAST(substr(period, 2) AS INTEGER) AS number, points, catches
        FROM scores_before WHERE period <> 'all'
    ), newest AS (
        SELECT player_id, kind, max(number) AS number FROM parts GROUP BY player_id, kind
    ), last AS (
        SELECT parts.* FROM parts JOIN newest ON newest.player_id = parts.player_id
            AND newest.kind = parts.kind AND newest.number = parts.number
    )
    INSERT INTO scores (player_id, points, catches, week, week_points, week_catches,
                        day, day_points, day_catches)
    SELECT total.player_id, total.points, total.catches,
           coalesce(week.number, 0), coalesce(week.points, 0), coalesce(week.catches, 0),
           coalesce(day.number, 0), coalesce(day.points, 0), coalesce(day.catches, 0)
    FROM scores_before AS total
    LEFT JOIN last AS week ON week.player_id = total.player_id AND week.kind = 'w'
    LEFT JOIN last AS day ON day.player_id = total.player_id AND day.kind = 'd'
    WHERE total.period = 'all'
"""


def upgrade() -> None:
    op.rename_table("scores", "scores_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_scores RENAME TO pk_scores_before")
    op.create_table(
        "scores",
        sa.Column("player_id", sa.Text, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in _COUNTS),
        sa.PrimaryKeyConstraint("player_id", name=op.f("pk_scores")),
        sqlite_with_rowid=False,
    )
    op.execute(_KEPT)
    op.drop_table("scores_before")
