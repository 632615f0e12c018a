"""What the same rows cost through Python's sqlite3 and nothing else: the floor under issuing.

The same tables, settings and transactions; no question is asked, no rule is held, nothing is said.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from secrets import token_hex

from gameserver.game.model import IssueItem
from gameserver.ledger.migrations import upgrade
from gameserver.ledger.sqlite import CHECKPOINT_PAGES, WRITER_CACHE_KIB

_SETTINGS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    f"cache_size=-{WRITER_CACHE_KIB}",
    f"wal_autocheckpoint={CHECKPOINT_PAGES}",
)
_DAY_MS = 86_400_000
_CAMPAIGN = "cam_19a2b3c4d5e6f70819a2b"
_COUPON = """
    INSERT INTO coupons (code, campaign_id, catch_id, cat_id, player_id, store_id, day, state,
                         issued_ms, expires_ms) VALUES (?, ?, ?, ?, ?, ?, ?, 'active', ?, ?)
"""


class BareBooks:
    """Books that write what they are told."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def reserve(self, items: Sequence[IssueItem]) -> None:
        """Set a coupon aside for each cat."""
        rows = [(item.cat, _CAMPAIGN, item.at_ms + _DAY_MS) for item in items]
        with self._transaction() as cursor:
            cursor.executemany("INSERT INTO reservations VALUES (?, ?, 1, 0, 0, ?)", rows)
            cursor.execute("UPDATE campaigns SET reserved = reserved + ?", (len(rows),))

    def issue(self, items: Sequence[IssueItem]) -> None:
        """Write a coupon for each catch, out of its cat's reservation."""
        rows = [
            (
                token_hex(10),
                _CAMPAIGN,
                item.catch,
                item.cat,
                item.player,
                item.store,
                item.at_ms // _DAY_MS,
                item.at_ms,
                item.at_ms + _DAY_MS,
            )
            for item in items
        ]
        count = len(rows)
        with self._transaction() as cursor:
            cursor.execute(
                "UPDATE campaigns SET issued = issued + ?, reserved = reserved - ?", (count, count)
            )
            cursor.executemany(
                "UPDATE reservations SET issued = issued + 1 WHERE id = ?",
                [(item.cat,) for item in items],
            )
            cursor.executemany(_COUPON, rows)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Cursor]:
        with closing(self._connection.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            yield cursor
            cursor.execute("COMMIT")


@contextmanager
def bare_books(path: Path, stock: int) -> Iterator[BareBooks]:
    """Books in a new file, with one campaign of so much stock."""
    upgrade(f"sqlite:///{path}")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}")
        connection.execute("INSERT INTO merchants VALUES ('m', 'Bakery', 0)")
        connection.execute(
            "INSERT INTO campaigns (id, merchant_id, title, kind, value, terms, valid_for_s, state,"
            " codes, created_ms, stock) VALUES (?, 'm', 'A bun', 'gift', 0, '', 86400, 'active',"
            " 'generated', 0, ?)",
            (_CAMPAIGN, stock),
        )
        yield BareBooks(connection)
