"""How much the ledger lets wait, and for how long."""

from msgspec import Struct


class Limits(Struct, frozen=True):
    """How much may wait, and for how long.

    `waiting` is how many transactions of a kind (reading, writing) may be under way or queued;
    `readers` and `connections` how many run at once, on SQLite and PostgreSQL.
    """

    waiting: int = 1000
    readers: int = 4
    connections: int = 10
    connect_timeout_s: float = 5.0
    lock_timeout_s: float = 10.0
    statement_timeout_s: float = 30.0


DEFAULT_LIMITS = Limits()
