"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("principal", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("principal", "key", name=op.f("pk_answers")),
    )
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answers_at_ms"), ["at_ms"], unique=False)

    op.create_table(
        "catches",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("cat_id", sa.Text(), nullable=False),
        sa.Column("player_id", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Text(), nullable=False),
        sa.Column("species", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=True),
        sa.Column("no_coupon", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catches")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("catches", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_catches_player_id_at_ms_id"), ["player_id", "at_ms", "id"], unique=False
        )
        batch_op.create_index("uq_catches_cat_id_player_id", ["cat_id", "player_id"], unique=True)

    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "merchants",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchants")),
    )
    op.create_table(
        "players",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("banned", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("banned_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("banned_by", sa.Text(), nullable=True),
        sa.Column("gone_ms", sa.BigInteger(), nullable=True),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_players")),
    )
    with op.batch_alter_table("players", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_players_rev"), ["rev"], unique=False)

    op.create_table(
        "regions",
        sa.Column("region", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("region", name=op.f("pk_regions")),
    )
    op.create_table(
        "scores",
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("player_id", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("catches", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("period", "player_id", name=op.f("pk_scores")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "secrets",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_secrets")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=True),
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(role IN ('merchant', 'clerk')) = (merchant_id IS NOT NULL)",
            name=op.f("ck_api_keys_owner"),
        ),
        sa.CheckConstraint(
            "role IN ('merchant', 'clerk', 'admin', 'service')", name=op.f("ck_api_keys_role")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchants.id"], name=op.f("fk_api_keys_merchant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
    )
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_keys_merchant_id"), ["merchant_id"], unique=False)

    op.create_table(
        "campaigns",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("per_player", sa.Integer(), nullable=True),
        sa.Column("per_player_day", sa.Integer(), nullable=True),
        sa.Column("starts_ms", sa.BigInteger(), nullable=True),
        sa.Column("ends_ms", sa.BigInteger(), nullable=True),
        sa.Column("valid_for_s", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("limits_after_coupon", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("stock", sa.BigInteger(), nullable=False),
        sa.Column("uploaded", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reserved", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("issued", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("redeemed", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "codes = 'generated' OR reserved + issued <= uploaded",
            name=op.f("ck_campaigns_uploaded"),
        ),
        sa.CheckConstraint("codes IN ('generated', 'uploaded')", name=op.f("ck_campaigns_codes")),
        sa.CheckConstraint("kind IN ('percent', 'amount', 'gift')", name=op.f("ck_campaigns_kind")),
        sa.CheckConstraint(
            "state IN ('active', 'paused', 'ended')", name=op.f("ck_campaigns_state")
        ),
        sa.CheckConstraint("issued >= 0", name=op.f("ck_campaigns_issued")),
        sa.CheckConstraint(
            "per_player > 0 AND per_player_day > 0", name=op.f("ck_campaigns_limits")
        ),
        sa.CheckConstraint("redeemed BETWEEN 0 AND issued", name=op.f("ck_campaigns_redeemed")),
        sa.CheckConstraint("reserved + issued <= stock", name=op.f("ck_campaigns_stock")),
        sa.CheckConstraint("reserved >= 0", name=op.f("ck_campaigns_reserved")),
        sa.CheckConstraint(
            "valid_for_s > 0 AND starts_ms < ends_ms", name=op.f("ck_campaigns_dates")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchants.id"], name=op.f("fk_campaigns_merchant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    with op.batch_alter_table("campaigns", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_campaigns_merchant_id_id"), ["merchant_id", "id"], unique=False
        )

    op.create_table(
        "stores",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("datum", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("opening_hours", sa.Text(), nullable=True),
        sa.Column("catch_m", sa.Double(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state IN ('active', 'paused', 'deleted')", name=op.f("ck_stores_state")
        ),
        sa.CheckConstraint(
            "lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name=op.f("ck_stores_place")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchants.id"], name=op.f("fk_stores_merchant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stores")),
    )
    with op.batch_alter_table("stores", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_stores_merchant_id_id"), ["merchant_id", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_stores_rev"), ["rev"], unique=False)

    op.create_table(
        "campaign_codes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("given_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_codes_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_codes")),
        sa.UniqueConstraint("code", name=op.f("uq_campaign_codes_code")),
    )
    with op.batch_alter_table("campaign_codes", schema=None) as batch_op:
        batch_op.create_index(
            "ix_campaign_codes_left",
            ["campaign_id", "id"],
            unique=False,
            sqlite_where=sa.text("given_ms IS NULL"),
            postgresql_where=sa.text("given_ms IS NULL"),
        )

    op.create_table(
        "coupons",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("catch_id", sa.Text(), nullable=False),
        sa.Column("cat_id", sa.Text(), nullable=False),
        sa.Column("player_id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("issued_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("redeemed_ms", sa.BigInteger(), nullable=True),
        sa.Column("redeemed_store_id", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'redeemed') = (redeemed_ms IS NOT NULL)", name=op.f("ck_coupons_redeemed")
        ),
        sa.CheckConstraint(
            "state IN ('active', 'redeemed', 'expired', 'void')", name=op.f("ck_coupons_state")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_coupons_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupons")),
        sa.UniqueConstraint("catch_id", name=op.f("uq_coupons_catch_id")),
        sa.UniqueConstraint("code", name=op.f("uq_coupons_code")),
    )
    with op.batch_alter_table("coupons", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_coupons_campaign_id_id"), ["campaign_id", "id"], unique=False
        )
        batch_op.create_index(
            "ix_coupons_expiring",
            ["expires_ms"],
            unique=False,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
        batch_op.create_index(
            batch_op.f("ix_coupons_player_id_campaign_id_day"),
            ["player_id", "campaign_id", "day"],
            unique=False,
        )
        batch_op.create_index("uq_coupons_cat_id_player_id", ["cat_id", "player_id"], unique=True)

    op.create_table(
        "reservations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.Column("issued", sa.Integer(), server_default="0", nullable=False),
        sa.Column("released", sa.Integer(), server_default="0", nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "granted > 0 AND issued >= 0 AND released >= 0", name=op.f("ck_reservations_counts")
        ),
        sa.CheckConstraint("issued + released <= granted", name=op.f("ck_reservations_granted")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_reservations_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservations")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("reservations", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reservations_open",
            ["expires_ms"],
            unique=False,
            sqlite_where=sa.text("granted > issued + released"),
            postgresql_where=sa.text("granted > issued + released"),
        )

    op.create_table(
        "spawn_plans",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=True),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_spawn_plans_campaign_id")
        ),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_spawn_plans_store_id")),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_spawn_plans")),
    )
    with op.batch_alter_table("spawn_plans", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_spawn_plans_campaign_id"), ["campaign_id"], unique=False
        )

    op.create_table(
        "coupon_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "coupon_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=True),
        sa.Column("store_id", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "change IN ('redeem', 'expire', 'void')", name=op.f("ck_coupon_events_change")
        ),
        sa.ForeignKeyConstraint(
            ["coupon_id"], ["coupons.id"], name=op.f("fk_coupon_events_coupon_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_events")),
    )
    with op.batch_alter_table("coupon_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coupon_events_coupon_id"), ["coupon_id"], unique=False)
