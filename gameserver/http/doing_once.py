"""POSTs that make or pay: done in one transaction, together with the answer that they give.

With an Idempotency-Key the answer is kept in that same transaction. So whatever breaks, and
however many ask at once, the deed is done once and everyone hears the same.
"""

from collections.abc import Callable
from hashlib import shake_256
from secrets import token_bytes

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from gameserver.http.call import AnyCall
from gameserver.http.errors import PROBLEM_JSON, Problem, problem_body
from gameserver.http.route import JSON, Answer, Written
from gameserver.http.telling import tell
from gameserver.ledger import idempotency
from gameserver.live.messages import InboxMessage


class Done(Struct, frozen=True):
    """An answer, and what a player should hear once it is so."""

    answer: Answer
    message: InboxMessage


Deed = Callable[[Connection, AnyCall], Answer | Done]
"""Does the work on a connection. Run again from the start where a transaction lost a race."""

_SALT = 16


class Once:
    """A handler that does a deed."""

    def __init__(self, deed: Deed, status: int = 201) -> None:
        self._deed = deed
        self._status = status
        self.__doc__ = deed.__doc__

    async def __call__(self, call: AnyCall) -> Answer:
        """Do it, or say again what was answered before."""
        done = await call.site.ledger.db.write(self._done, call)
        if not isinstance(done, Done):
            return done
        await tell(call.site, done.message)
        return done.answer

    def _done(self, connection: Connection, call: AnyCall) -> Answer | Done:
        once = call.once
        if once is None:
            return self._deed(connection, call)
        fresh: list[Answer | Done] = []

        def effect(connection: Connection) -> idempotency.Answer:
            done = self._deed(connection, call)
            fresh.append(done)
            status, body = self._as_bytes(done.answer if isinstance(done, Done) else done)
            return idempotency.Answer(status, _sealed(once.seal, body))

        kept = idempotency.once(connection, once.request, effect, call.now_ms)
        if isinstance(kept, idempotency.KeyReused):
            return Problem("idempotency_key_reused")
        if fresh:
            return fresh[0]
        media = PROBLEM_JSON if kept.status >= 400 else JSON
        return Written(kept.status, media, _unsealed(once.seal, kept.body))

    def _as_bytes(self, answer: Answer) -> tuple[int, bytes]:
        if isinstance(answer, Problem):
            return answer.kind.status, problem_body(answer)
        return self._status, msgspec.json.encode(answer)


def _sealed(seal: bytes, body: bytes) -> bytes:
    """The body so that only the caller's own key opens it: answers can hold new keys."""
    salt = token_bytes(_SALT)
    return salt + _mixed(seal, salt, body)


def _unsealed(seal: bytes, sealed: bytes) -> bytes:
    return _mixed(seal, sealed[:_SALT], sealed[_SALT:])


def _mixed(seal: bytes, salt: bytes, body: bytes) -> bytes:
    # A one-time pad out of SHAKE-256: `seal` holds 192 random bits, and a salt serves once.
    pad = shake_256(salt + seal).digest(len(body))
    return bytes(a ^ b for a, b in zip(body, pad, strict=True))
