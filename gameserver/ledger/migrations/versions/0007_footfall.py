"""How many players saw, aimed at and caught a store's cats, by the hour."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "footfall",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("approached", sa.BigInteger(), nullable=False),
        sa.Column("caught", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "hour", name=op.f("pk_footfall")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_footfall_hour"), "footfall", ["hour"])
