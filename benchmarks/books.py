"""The floor of a catch: two rows in an SQLite file, and a message in and out, and nothing else.

    python -m benchmarks.books

Written with Python's sqlite3 in batches of BATCH, as durable as the ledger's: prints its CPU per
catch in microseconds.
"""

import sqlite3
import tempfile
import time
from hashlib import blake2b
from pathlib import Path
from random import Random

import msgpack

CATCHES = 10_000
BATCH = 100

TABLES = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=FULL;
CREATE TABLE coupons (catch TEXT PRIMARY KEY, code TEXT UNIQUE, player TEXT, cat TEXT, at_ms INT);
CREATE TABLE catches (catch TEXT PRIMARY KEY, player TEXT, cat TEXT, at_ms INT);
"""


def main() -> None:
    """Write CATCHES catches."""
    rng = Random(5)
    with tempfile.TemporaryDirectory(prefix="cat-books-") as folder:
        books = sqlite3.connect(Path(folder) / "books.db", isolation_level=None)
        books.executescript(TABLES)
        used_s = time.process_time()
        for start in range(0, CATCHES, BATCH):
            rows = [_row(number, rng) for number in range(start, start + BATCH)]
            books.execute("BEGIN IMMEDIATE")
            books.executemany("INSERT INTO coupons VALUES (?, ?, ?, ?, ?)", rows)
            books.execute("COMMIT")
            books.execute("BEGIN IMMEDIATE")
            books.executemany(
                "INSERT INTO catches VALUES (?, ?, ?, ?)",
                [(catch, player, cat, at_ms) for catch, _, player, cat, at_ms in rows],
            )
            books.execute("COMMIT")
        used_s = time.process_time() - used_s
        books.close()
    print(used_s / CATCHES * 1e6)


def _row(number: int, rng: Random) -> tuple[str, str, str, str, int]:
    said = msgpack.packb({"type": "catch", "attempt": f"attempt-{number}", "cat": f"cat-{number}"})
    catch = msgpack.unpackb(said)
    name = blake2b(said, digest_size=16).hexdigest()
    code = f"{rng.getrandbits(64):016x}"
    msgpack.packb({"type": "caught", "attempt": catch["attempt"], "coupon": code})
    return name, code, f"player-{number % 1_000}", catch["cat"], time.time_ns() // 1_000_000


if __name__ == "__main__":
    main()
