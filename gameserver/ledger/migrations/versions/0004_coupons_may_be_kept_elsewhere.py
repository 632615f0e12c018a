"""The coupon service may have books of its own, and a catch may wait for its coupon."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # The copy leaves the foreign key out.
        plans = sa.Table(
            "spawn_plans",
            sa.MetaData(),
            sa.Column("store_id", sa.Text, nullable=False),
            sa.Column("campaign_id", sa.Text),
            sa.Column("plan", sa.Text, nullable=False),
            sa.PrimaryKeyConstraint("store_id", name=op.f("pk_spawn_plans")),
            sa.ForeignKeyConstraint(
                ["store_id"], ["stores.id"], name=op.f("fk_spawn_plans_store_id")
            ),
            sa.Index(op.f("ix_spawn_plans_campaign_id"), "campaign_id"),
        )
        with op.batch_alter_table("spawn_plans", copy_from=plans, recreate="always"):
            pass
    else:
        op.drop_constraint(op.f("fk_spawn_plans_campaign_id"), "spawn_plans", type_="foreignkey")
    owed = sa.Column("owed", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("catches", owed)
    op.create_index(
        op.f("ix_catches_owed"),
        "catches",
        ["at_ms", "id"],
        sqlite_where=sa.text("owed"),
        postgresql_where=sa.text("owed"),
    )
