"""A store may have a number of its merchant's own."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_HAS_REF = "ref IS NOT NULL AND state != 'deleted'"


def upgrade() -> None:
    op.add_column("stores", sa.Column("ref", sa.Text()))
    op.create_index(
        op.f("uq_stores_ref"),
        "stores",
        ["merchant_id", "ref"],
        unique=True,
        sqlite_where=sa.text(_HAS_REF),
        postgresql_where=sa.text(_HAS_REF),
    )
