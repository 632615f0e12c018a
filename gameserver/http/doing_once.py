"""Deeds: done in one transaction, together with the answer that they give.

With an Idempotency-Key the answer is kept in that same transaction. So whatever breaks, and
however many ask at once, the deed is done once and everyone hears the same.
"""

from dataclasses import replace
from hashlib import shake_256
from secrets import token_bytes

import msgspec
from msgspec import Struct, structs
from sqlalchemy import Connection

from gameserver.http.call import AnyCall, OnceKey
from gameserver.http.errors import PROBLEM_JSON, Problem, problem_body
from gameserver.http.route import JSON, Answer, Deed, Done, Handler, Prepare, Written
from gameserver.http.telling import tell
from gameserver.ledger import idempotency

_SALT = 16


def doing_once(deed: Deed, status: int, prepare: Prepare | None = None) -> Handler:
    """A handler that does a deed, or says again what was answered before.

    `prepare` makes the call ready outside of the transaction; what it refuses is not kept.
    """

    def effect(connection: Connection, call: AnyCall) -> Struct | Done | Problem | Written:
        if call.once is None:
            return deed(connection, call)
        return _kept(connection, call, deed, status)

    async def handler(call: AnyCall) -> Answer:
        if prepare is not None:
            before = await said_before(call)
            if before is not None:
                return before
            ready = await prepare(call)
            if isinstance(ready, Problem):
                return ready
            call = ready
        done = await call.site.ledger.db.write(effect, call)
        if not isinstance(done, Done):
            return done
        await tell(call.site, done.message)
        return done.answer

    return handler


async def said_before(call: AnyCall) -> Answer:
    """What was answered to this very request before; None where it is new, or has no key.

    For a request whose deed needs preparing: what is over need not be prepared again.
    """
    if call.once is None:
        return None
    kept = await call.site.ledger.db.read(idempotency.kept, call.once.request, call.now_ms)
    match kept:
        case idempotency.KeyReused():
            return Problem("idempotency_key_reused")
        case idempotency.Answer():
            return _said_again(call.once, kept)
        case None:
            return None


def part_of_once(call: AnyCall, number: int) -> AnyCall:
    """The call as that of a part of its deed, which is done once by itself."""
    if call.once is None:
        return call
    request = structs.replace(call.once.request, key=f"{call.once.request.key}/{number}")
    return replace(call, once=OnceKey(request, call.once.seal))


def _said_again(once: OnceKey, kept: idempotency.Answer) -> Written:
    media = PROBLEM_JSON if kept.status >= 400 else JSON
    return Written(kept.status, media, _unsealed(once.seal, kept.body))


def _kept(
    connection: Connection, call: AnyCall, deed: Deed, status: int
) -> Struct | Done | Problem | Written:
    once = call.once
    assert once is not None
    fresh: list[Struct | Done | Problem] = []

    def effect(connection: Connection) -> idempotency.Answer:
        done = deed(connection, call)
        fresh.append(done)
        if isinstance(done, Problem):
            return idempotency.Answer(done.kind.status, _sealed(once.seal, problem_body(done)))
        answer = done.answer if isinstance(done, Done) else done
        return idempotency.Answer(status, _sealed(once.seal, msgspec.json.encode(answer)))

    kept = idempotency.once(connection, once.request, effect, call.now_ms)
    if isinstance(kept, idempotency.KeyReused):
        return Problem("idempotency_key_reused")
    if fresh:
        return fresh[0]
    return _said_again(once, kept)


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
