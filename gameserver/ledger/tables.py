"""The tables of the books. Times are epoch milliseconds, ids are text made by this server.

What must never be false is a constraint here, so that no path through the code can break it.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    and_,
    false,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

_serial = BigInteger().with_variant(Integer, "sqlite")

merchants = Table(
    "merchants",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("merchant_id", Text, ForeignKey("merchants.id"), index=True),
    Column("secret_sha256", LargeBinary, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
    CheckConstraint("role IN ('merchant', 'clerk', 'admin', 'service')", name="role"),
    CheckConstraint("(role IN ('merchant', 'clerk')) = (merchant_id IS NOT NULL)", name="owner"),
)

stores = Table(
    "stores",
    metadata,
    Column("id", Text, primary_key=True),
    Column("merchant_id", Text, ForeignKey("merchants.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("lat", Double, nullable=False),
    Column("lon", Double, nullable=False),
    Column("datum", Text, nullable=False),
    Column("address", Text),
    Column("timezone", Text, nullable=False),
    Column("opening_hours", Text),
    Column("catch_m", Double, nullable=False),
    Column("state", Text, nullable=False),
    Column("rev", BigInteger, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    # The merchant's own number of the store, so that a file that comes again is known again.
    Column("ref", Text),
    CheckConstraint("state IN ('active', 'paused', 'deleted')", name="state"),
    CheckConstraint("lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name="place"),
    Index(None, "merchant_id", "id"),
    Index(None, "rev"),
)
store_has_ref = and_(stores.c.ref.is_not(None), stores.c.state != "deleted")
Index(
    "uq_stores_ref",
    stores.c.merchant_id,
    stores.c.ref,
    unique=True,
    sqlite_where=store_has_ref,
    postgresql_where=store_has_ref,
)

spawn_plans = Table(
    "spawn_plans",
    metadata,
    Column("store_id", Text, ForeignKey("stores.id"), primary_key=True),
    # Of the coupon service's books, which may be others than these.
    Column("campaign_id", Text, index=True),
    # The plan as JSON: it is read and replaced whole, never searched.
    Column("plan", Text, nullable=False),
)

regions = Table(
    "regions",
    metadata,
    # Every region in which a store with a plan has ever been; rows are never deleted.
    Column("region", Text, primary_key=True),
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", Text, primary_key=True),
    Column("merchant_id", Text, ForeignKey("merchants.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", Double, nullable=False),
    Column("currency", Text),
    Column("terms", Text, nullable=False),
    Column("per_player", Integer),
    Column("per_player_day", Integer),
    Column("starts_ms", BigInteger),
    Column("ends_ms", BigInteger),
    Column("valid_for_s", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("codes", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    # The last coupon that was issued before the limits became what they are.
    Column("limits_after_coupon", BigInteger, nullable=False, server_default="0"),
    # The counters: what is neither reserved nor issued is free. `issued` counts coupons whatever
    # became of them; `uploaded` counts the merchant's own codes, which bound the stock as well.
    Column("stock", BigInteger, nullable=False),
    Column("uploaded", BigInteger, nullable=False, server_default="0"),
    Column("reserved", BigInteger, nullable=False, server_default="0"),
    Column("issued", BigInteger, nullable=False, server_default="0"),
    Column("redeemed", BigInteger, nullable=False, server_default="0"),
    # Money for coupons of `value` each; `pace` spreads what there is over the campaign's time.
    Column("budget", Double),
    Column("pace", Text),
    # A little more than the budget: 3 * 0.1 is more than 0.3 to a machine.
    CheckConstraint(
        "budget IS NULL OR budget > 0 AND kind = 'amount' AND value > 0"
        " AND (reserved + issued) * value <= budget * 1.000000001",
        name="budget",
    ),
    CheckConstraint(
        "pace IS NULL OR pace = 'even' AND starts_ms IS NOT NULL AND ends_ms IS NOT NULL",
        name="pace",
    ),
    CheckConstraint("kind IN ('percent', 'amount', 'gift')", name="kind"),
    CheckConstraint("state IN ('active', 'paused', 'ended')", name="state"),
    CheckConstraint("codes IN ('generated', 'uploaded')", name="codes"),
    CheckConstraint("reserved >= 0", name="reserved"),
    CheckConstraint("issued >= 0", name="issued"),
    CheckConstraint("reserved + issued <= stock", name="stock"),
    CheckConstraint("codes = 'generated' OR reserved + issued <= uploaded", name="uploaded"),
    CheckConstraint("redeemed BETWEEN 0 AND issued", name="redeemed"),
    CheckConstraint("per_player > 0 AND per_player_day > 0", name="limits"),
    CheckConstraint("valid_for_s > 0 AND starts_ms < ends_ms", name="dates"),
    Index(None, "merchant_id", "id"),
)

campaign_codes = Table(
    "campaign_codes",
    metadata,
    # Codes that a merchant uploaded; each is given to one coupon, in the order of `id`.
    Column("id", _serial, primary_key=True),
    Column("campaign_id", Text, ForeignKey("campaigns.id"), nullable=False),
    Column("code", Text, nullable=False, unique=True),
    Column("given_ms", BigInteger),
)
code_is_left = campaign_codes.c.given_ms.is_(None)
Index(
    "ix_campaign_codes_left",
    campaign_codes.c.campaign_id,
    campaign_codes.c.id,
    sqlite_where=code_is_left,
    postgresql_where=code_is_left,
)

reservations = Table(
    "reservations",
    metadata,
    # Coupons set aside for a cat, whose id is the reservation's. Still set aside, and counted in
    # the campaign's `reserved`: granted - issued - released.
    Column("id", Text, primary_key=True),
    Column("campaign_id", Text, ForeignKey("campaigns.id"), nullable=False),
    Column("granted", Integer, nullable=False),
    Column("issued", Integer, nullable=False, server_default="0"),
    Column("released", Integer, nullable=False, server_default="0"),
    Column("expires_ms", BigInteger, nullable=False),
    CheckConstraint("granted > 0 AND issued >= 0 AND released >= 0", name="counts"),
    CheckConstraint("issued + released <= granted", name="granted"),
    sqlite_with_rowid=False,
)
reservation_is_open = reservations.c.granted > reservations.c.issued + reservations.c.released
Index(
    "ix_reservations_open",
    reservations.c.expires_ms,
    sqlite_where=reservation_is_open,
    postgresql_where=reservation_is_open,
)

coupons = Table(
    "coupons",
    metadata,
    Column("id", _serial, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("campaign_id", Text, ForeignKey("campaigns.id"), nullable=False),
    Column("catch_id", Text, nullable=False, unique=True),
    Column("cat_id", Text, nullable=False),
    Column("player_id", Text, nullable=False),
    # As the catch says it: a store's row may be gone or never have been in these books.
    Column("store_id", Text, nullable=False),
    # Days since 1970 at the store's local date; what the limit per player and day counts.
    Column("day", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("issued_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("redeemed_ms", BigInteger),
    Column("redeemed_store_id", Text),
    CheckConstraint("state IN ('active', 'redeemed', 'expired', 'void')", name="state"),
    CheckConstraint("(state = 'redeemed') = (redeemed_ms IS NOT NULL)", name="redeemed"),
    Index("uq_coupons_cat_id_player_id", "cat_id", "player_id", unique=True),
    Index(None, "campaign_id", "id"),
    Index(None, "player_id", "campaign_id", "day"),
)
coupon_is_active = coupons.c.state == "active"
Index(
    "ix_coupons_expiring",
    coupons.c.expires_ms,
    sqlite_where=coupon_is_active,
    postgresql_where=coupon_is_active,
)

coupon_events = Table(
    "coupon_events",
    metadata,
    # What happened to a coupon after it was issued (its own row is the record of that).
    Column("id", _serial, primary_key=True),
    Column("coupon_id", _serial, ForeignKey("coupons.id"), nullable=False, index=True),
    Column("change", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("key_id", Text),
    Column("store_id", Text),
    Column("reason", Text),
    CheckConstraint("change IN ('redeem', 'expire', 'void', 'reverse')", name="change"),
)

catches = Table(
    "catches",
    metadata,
    Column("id", Text, primary_key=True),
    Column("cat_id", Text, nullable=False),
    Column("player_id", Text, nullable=False),
    Column("attempt", Text, nullable=False),
    Column("species", Text, nullable=False),
    Column("points", Integer, nullable=False),
    Column("store_id", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("campaign_id", Text),
    # Why a cat that carried a coupon gave none to this catch.
    Column("no_coupon", Text),
    # Its player was told `pending`: the coupon, or that there is none, is still to come.
    Column("owed", Boolean, nullable=False, server_default=false()),
    Index("uq_catches_cat_id_player_id", "cat_id", "player_id", unique=True),
    Index(None, "player_id", "at_ms", "id"),
    sqlite_with_rowid=False,
)

catch_is_owed = catches.c.owed
Index(
    "ix_catches_owed",
    catches.c.at_ms,
    catches.c.id,
    sqlite_where=catch_is_owed,
    postgresql_where=catch_is_owed,
)

scores = Table(
    "scores",
    metadata,
    # What a player's catches add up to: in all, and on the last day and in the last week (days and
    # weeks since 1970, UTC) that have one. One row: each more would be a page written per catch.
    Column("player_id", Text, primary_key=True),
    Column("points", BigInteger, nullable=False),
    Column("catches", BigInteger, nullable=False),
    Column("week", BigInteger, nullable=False),
    Column("week_points", BigInteger, nullable=False),
    Column("week_catches", BigInteger, nullable=False),
    Column("day", BigInteger, nullable=False),
    Column("day_points", BigInteger, nullable=False),
    Column("day_catches", BigInteger, nullable=False),
    # No index by points: every catch would move its entries. A leaderboard reads all rows instead.
    sqlite_with_rowid=False,
)

footfall = Table(
    "footfall",
    metadata,
    # What a store's cats were to players in an hour (since 1970): told of, aimed at, caught.
    Column("store_id", Text, primary_key=True),
    Column("hour", Integer, primary_key=True),
    Column("seen", BigInteger, nullable=False),
    Column("approached", BigInteger, nullable=False),
    Column("caught", BigInteger, nullable=False),
    Index(None, "hour"),
    sqlite_with_rowid=False,
)

players = Table(
    "players",
    metadata,
    # Only players of whom there is something to say: a ban, or that they asked to be forgotten.
    Column("id", Text, primary_key=True),
    Column("banned", Boolean, nullable=False, server_default=false()),
    Column("banned_until_ms", BigInteger),
    Column("reason", Text),
    Column("banned_by", Text),
    Column("gone_ms", BigInteger),
    Column("rev", BigInteger, nullable=False, index=True),
)

sanctions = Table(
    "sanctions",
    metadata,
    # A player gets no coupons for a while; the row is the event, with its evidence as JSON.
    Column("id", Text, primary_key=True),
    Column("player_id", Text, nullable=False, index=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("lifted_ms", BigInteger),
    Column("lifted_by", Text),
    Column("rev", BigInteger, nullable=False, index=True),
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

answers = Table(
    "answers",
    metadata,
    # What was answered to a request with an Idempotency-Key.
    Column("principal", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at_ms", BigInteger, nullable=False, index=True),
)
