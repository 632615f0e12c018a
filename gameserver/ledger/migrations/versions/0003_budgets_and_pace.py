"""A campaign may have a budget and a pace."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_CHECKS = {
    "budget": (
        "budget IS NULL OR budget > 0 AND kind = 'amount' AND value > 0"
        " AND (reserved + issued) * value <= budget * 1.000000001"
    ),
    "pace": "pace IS NULL OR pace = 'even' AND starts_ms IS NOT NULL AND ends_ms IS NOT NULL",
}
_TYPES = {"budget": "DOUBLE", "pace": "TEXT"}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # Not by copying the table, which other tables refer to: a column can bring its check along.
        for name, check in _CHECKS.items():
            constraint = f"CONSTRAINT ck_campaigns_{name} CHECK ({check})"
            op.execute(f"ALTER TABLE campaigns ADD COLUMN {name} {_TYPES[name]} {constraint}")
        return
    op.add_column("campaigns", sa.Column("budget", sa.Double()))
    op.add_column("campaigns", sa.Column("pace", sa.Text()))
    for name, check in _CHECKS.items():
        op.create_check_constraint(op.f(f"ck_campaigns_{name}"), "campaigns", check)
