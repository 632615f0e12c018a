"""Answers that are kept, so that a request that is sent twice has its effect once.

A request carries a key that its sender made (`Idempotency-Key`). The answer is written down in the
same transaction as the effect, under the principal and the key, and is given again to whoever
brings the same key and the same request. Answers are kept for a day.
"""

from collections.abc import Callable
from hashlib import sha256

from msgspec import Struct
from sqlalchemy import Connection, delete, select, update

from gameserver.ledger.batch import insert_ignore
from gameserver.ledger.database import Database
from gameserver.ledger.tables import answers

TTL_MS = 24 * 3_600_000

_PENDING = 0


class Request(Struct, frozen=True):
    """What is asked, and by whom: `principal` keeps one sender's keys apart from another's."""

    principal: str
    key: str
    digest: bytes


class Answer(Struct, frozen=True):
    """An HTTP status and a body."""

    status: int
    body: bytes


class KeyReused(Struct, frozen=True):
    """The key was used for another request."""


def request(principal: str, key: str, *parts: bytes) -> Request:
    """A request whose sameness is that of its parts: method, path, body."""
    digest = sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return Request(principal, key, digest.digest())


class Idempotency:
    """Keeps answers."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def once(
        self, asked: Request, effect: Callable[[Connection], Answer], now_ms: int
    ) -> Answer | KeyReused:
        """See `once`."""
        return await self._db.write(once, asked, effect, now_ms)

    async def sweep(self, now_ms: int, limit: int) -> int:
        """See `sweep`."""
        return await self._db.write(sweep, now_ms, limit)


def once(
    connection: Connection,
    asked: Request,
    effect: Callable[[Connection], Answer],
    now_ms: int,
) -> Answer | KeyReused:
    """The answer to a request: of `effect`, or the one that was given before.

    If two bring the same key at once, one waits for the other. If `effect` raises, nothing is kept
    and the request may be made again.
    """
    mine = (answers.c.principal == asked.principal) & (answers.c.key == asked.key)
    connection.execute(delete(answers).where(mine, answers.c.at_ms <= now_ms - TTL_MS))
    # The row comes before the effect: on PostgreSQL whoever is second waits here for the first.
    begun = connection.execute(
        insert_ignore(connection, answers)
        .values(
            principal=asked.principal,
            key=asked.key,
            digest=asked.digest,
            status=_PENDING,
            body=b"",
            at_ms=now_ms,
        )
        .returning(answers.c.status)
    ).first()
    if begun is None:
        before = connection.execute(
            select(answers.c.digest, answers.c.status, answers.c.body).where(mine)
        ).one()
        if before.digest != asked.digest:
            return KeyReused()
        return Answer(before.status, before.body)
    answer = effect(connection)
    connection.execute(update(answers).where(mine).values(status=answer.status, body=answer.body))
    return answer


def kept(connection: Connection, asked: Request, now_ms: int) -> Answer | KeyReused | None:
    """The answer that was given to a request before; None where there is none. Changes nothing."""
    row = connection.execute(
        select(answers.c.digest, answers.c.status, answers.c.body).where(
            answers.c.principal == asked.principal,
            answers.c.key == asked.key,
            answers.c.at_ms > now_ms - TTL_MS,
            answers.c.status != _PENDING,
        )
    ).first()
    if row is None:
        return None
    return Answer(row.status, row.body) if row.digest == asked.digest else KeyReused()


def sweep(connection: Connection, now_ms: int, limit: int) -> int:
    """Delete at most `limit` answers that are too old to be given again, and say how many."""
    old = (
        select(answers.c.principal, answers.c.key)
        .where(answers.c.at_ms <= now_ms - TTL_MS)
        .order_by(answers.c.at_ms)
        .limit(limit)
    )
    rows = connection.execute(old).all()
    for principal, key in rows:
        connection.execute(
            delete(answers).where(answers.c.principal == principal, answers.c.key == key)
        )
    return len(rows)
