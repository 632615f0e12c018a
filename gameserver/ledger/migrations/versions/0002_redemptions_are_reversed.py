"""A redemption can be reversed: one more kind of event."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NAME = "ck_coupon_events_change"
_CHANGES = "change IN ('redeem', 'expire', 'void', 'reverse')"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # SQLite changes no constraint: the table is copied, and the copy leaves the old CHECK out.
        with op.batch_alter_table("coupon_events", recreate="always") as batch:
            batch.create_check_constraint(op.f(_NAME), _CHANGES)
        return
    op.drop_constraint(op.f(_NAME), "coupon_events", type_="check")
    op.create_check_constraint(op.f(_NAME), "coupon_events", _CHANGES)
