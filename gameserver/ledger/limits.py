"""How much the ledger lets wait, and for how long."""

from msgspec import Struct


class Limits(Struct, frozen=True):
    """How much may wait, and for how long.

    `waiting` is how many transactions may be under way or queued: on SQLite, where one writes at
    a time, of those that read and of those that write. `readers` (SQLite) and `connections`
    (PostgreSQL) are how many run at once.
    """

    waiting: int = 1000
    readers: int = 4
    connections: int = 10
    connect_timeout_s: float = 5.0
    lock_timeout_s: float = 10.0
    statement_timeout_s: float = 30.0


DEFAULT_LIMITS = Limits()
