import asyncio
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import IntegrityError

from gameserver.game.model import Claim
from gameserver.ledger.database import open_database, run_sync
from gameserver.ledger.ledger import WrongVersion, open_ledger
from gameserver.ledger.migrations import _config, is_current, migrate, upgrade
from gameserver.ledger.redeeming import Redeemed, Reversed
from gameserver.ledger.scores import DAY_MS, Score
from gameserver.ledger.tables import metadata
from tests.ledger.shop import NOW


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, metadata))


def checks(connection: Connection) -> dict[str, set[str | None]]:
    """The names of the CHECK constraints, which Alembic does not compare."""
    inspector = inspect(connection)
    return {
        table: {check["name"] for check in inspector.get_check_constraints(table)}
        for table in metadata.tables
    }


def test_the_migrated_tables_are_those_that_the_code_knows(empty_url: str):
    upgrade(empty_url)
    assert run_sync(empty_url, differences) == []


def test_the_migrated_tables_have_the_same_checks(empty_url: str, tmp_path: Path):
    upgrade(empty_url)
    fresh = f"sqlite:///{tmp_path / 'fresh.db'}"
    run_sync(fresh, metadata.create_all)
    assert run_sync(empty_url, checks) == run_sync(fresh, checks)


def test_migrating_again_changes_nothing(empty_url: str):
    upgrade(empty_url)
    upgrade(empty_url)
    assert run_sync(empty_url, is_current)


async def test_processes_that_start_at_once_migrate_once(empty_url: str):
    program = "import sys; from gameserver.ledger.migrations import upgrade; upgrade(sys.argv[1])"
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, empty_url)
        for _ in range(3)
    ]
    assert [await process.wait() for process in processes] == [0, 0, 0]
    async with open_ledger(empty_url) as ledger:
        assert await ledger.merchants.regions() == []


async def test_books_of_another_version_are_not_opened(empty_url: str):
    with pytest.raises(WrongVersion):
        async with open_ledger(empty_url):
            pass
    async with open_ledger(empty_url, migrate=True) as ledger:
        await ledger.ping()


def to_0001(connection: Connection) -> None:
    """The first version's tables, with a merchant who has redeemed one coupon of two."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")
    for statement in AT_0001:
        connection.execute(text(statement))


AT_0001 = (
    "INSERT INTO merchants (id, name, created_ms) VALUES ('mer_1', 'Bakery', 1)",
    "INSERT INTO stores (id, merchant_id, name, region, lat, lon, datum, timezone, catch_m, state,"
    " rev, created_ms)"
    " VALUES ('sto_1', 'mer_1', 'One', 'r', 1, 2, 'wgs84', 'UTC', 50, 'active', 1, 1)",
    "INSERT INTO campaigns (id, merchant_id, title, kind, value, currency, terms, valid_for_s,"
    " state, codes, created_ms, stock, issued, redeemed)"
    " VALUES ('cam_1', 'mer_1', 'A bun', 'amount', 5, 'CNY', '', 60, 'active', 'generated', 1,"
    " 9, 2, 1)",
    "INSERT INTO coupons (code, campaign_id, catch_id, cat_id, player_id, store_id, day, state,"
    " issued_ms, expires_ms, redeemed_ms, redeemed_store_id) VALUES ('BUN-1', 'cam_1', 'a', 'a',"
    f" 'ann', 'sto_1', 1, 'redeemed', {NOW}, {NOW + 60_000}, {NOW}, 'sto_1')",
    "INSERT INTO coupons (code, campaign_id, catch_id, cat_id, player_id, store_id, day, state,"
    " issued_ms, expires_ms) VALUES ('BUN-2', 'cam_1', 'b', 'b', 'bob', 'sto_1', 1, 'active',"
    f" {NOW}, {NOW + 60_000})",
    "INSERT INTO coupon_events (coupon_id, change, at_ms, key_id, store_id)"
    f" SELECT id, 'redeem', {NOW}, 'key', 'sto_1' FROM coupons WHERE code = 'BUN-1'",
)


def rows(connection: Connection) -> dict[str, list[dict[str, object]]]:
    """What the old tables hold, whatever has been added to them."""
    return {
        name: [
            {column: value for column, value in row.items() if value is not None}
            for row in connection.execute(text(f"SELECT * FROM {name} ORDER BY id")).mappings()
        ]
        for name in ("merchants", "stores", "campaigns", "coupons", "coupon_events")
    }


def indexes(connection: Connection) -> dict[str, set[str | None]]:
    """Of the tables that are there by now."""
    inspector = inspect(connection)
    return {
        table: {index["name"] for index in inspector.get_indexes(table)}
        for table in metadata.tables
        if inspector.has_table(table)
    }


NEW_INDEXES = {
    "footfall": {"ix_footfall_hour"},
    "sanctions": {"ix_sanctions_player_id", "ix_sanctions_rev"},
}
"""Of the tables that came later."""


async def test_the_first_versions_books_are_kept_by_the_newest(empty_url: str):
    async with open_database(empty_url) as db:
        await db.write(to_0001)
        before, had = await db.read(rows), await db.read(indexes)
        await db.write(migrate)
        assert await db.read(rows) == before
        # None is lost where a table is copied.
        grown = {
            "catches": had["catches"] | {"ix_catches_owed"},
            "stores": had["stores"] | {"uq_stores_ref"},
        }
        assert await db.read(indexes) == had | grown | NEW_INDEXES
    async with open_ledger(empty_url) as ledger:
        assert [check for check in await ledger.audit() if not check.ok] == []
        done = await ledger.coupons.reverse("BUN-1", "why", "mer_1", "key", NOW + 1)
        assert isinstance(done, Reversed)
        done = await ledger.coupons.redeem("BUN-2", "sto_1", "mer_1", "key", NOW + 1)
        assert isinstance(done, Redeemed)
        assert [check for check in await ledger.audit() if not check.ok] == []


def to_0007(connection: Connection) -> None:
    """Books with scores for each day and week."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "0007")
    for number, (player, day, points) in enumerate(CAUGHT_AT_0007):
        connection.execute(
            text(
                "INSERT INTO catches (id, cat_id, player_id, attempt, species, points, store_id,"
                " at_ms) VALUES (:id, :id, :player, '1', 'tabby', :points, 'sto_1', :at_ms)"
            ),
            {"id": f"c{number}", "player": player, "points": points, "at_ms": day * DAY_MS},
        )
        for period in ("all", f"d{day}", f"w{(day + 3) // 7}"):
            connection.execute(
                text(
                    "INSERT INTO scores (period, player_id, points, catches)"
                    " VALUES (:period, :player, :points, 1)"
                    " ON CONFLICT (period, player_id) DO UPDATE SET catches = scores.catches + 1,"
                    " points = scores.points + excluded.points"
                ),
                {"period": period, "player": player, "points": points},
            )


CAUGHT_AT_0007 = (
    ("ann", 9_999, 1),
    ("ann", 10_000, 2),
    ("ann", 10_001, 4),
    ("bob", 10_000, 8),
    ("bob", 10_000, 16),
    ("cy", 9_000, 32),
)
"""Player, day and points: the numbers of days have four digits and five, of which 10,000 is a
Monday."""


async def test_scores_of_days_and_weeks_are_kept_by_the_newest(empty_url: str):
    async with open_database(empty_url) as db:
        await db.write(to_0007)
        await db.write(migrate)
    async with open_ledger(empty_url) as ledger:
        assert [check for check in await ledger.audit() if not check.ok] == []
        now_ms = 10_001 * DAY_MS
        boards = [
            await ledger.catches.leaderboard(period, 10, now_ms)
            for period in ("day", "week", "all")
        ]
        cy, bob, ann = Score("cy", 32, 1), Score("bob", 24, 2), Score("ann", 7, 3)
        assert boards == [[Score("ann", 4, 1)], [bob, Score("ann", 6, 2)], [cy, bob, ann]]
        more = Claim("c", "872830828-1", "ann", "2", "tabby", 1, "sto_1", now_ms)
        await ledger.catches.record([more], now_ms)
        assert [check for check in await ledger.audit() if not check.ok] == []


@pytest.mark.parametrize("change", ["eaten", ""])
def test_an_event_of_no_known_kind_is_refused(empty_url: str, change: str):
    run_sync(empty_url, to_0001)
    upgrade(empty_url)
    statement = text("INSERT INTO coupon_events (coupon_id, change, at_ms) VALUES (1, :change, 1)")
    with pytest.raises(IntegrityError):
        run_sync(empty_url, lambda connection: connection.execute(statement, {"change": change}))


def test_a_migration_that_fails_leaves_nothing_behind(empty_url: str):
    def fail(connection: Connection) -> None:
        migrate(connection)
        raise LookupError("the lights went out")

    with pytest.raises(LookupError):
        run_sync(empty_url, fail)
    assert run_sync(empty_url, lambda connection: inspect(connection).get_table_names()) == []
