import asyncio

import pytest
from sqlalchemy import Connection, insert, select

from gameserver.ledger.idempotency import TTL_MS, Answer, KeyReused, Request, request
from gameserver.ledger.ledger import Ledger
from gameserver.ledger.tables import merchants
from tests.ledger.shop import NOW


class Effect:
    """Adds a merchant, and says how often it has done so."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self, connection: Connection) -> Answer:
        self.runs += 1
        name = f"m{self.runs}"
        connection.execute(insert(merchants).values(id=name, name=name, created_ms=0))
        return Answer(201, name.encode())


ASKED = request("key-1", "abc", b"POST", b"/v1/merchants", b"{}")


def names(connection: Connection) -> list[str]:
    return list(connection.scalars(select(merchants.c.name)))


def test_a_request_is_the_same_if_all_its_parts_are():
    assert request("a", "b", b"POST", b"x") == request("a", "b", b"POST", b"x")
    assert request("a", "b", b"POST", b"x") != request("a", "b", b"POSTx", b"")


async def test_the_same_request_has_its_effect_once(ledger: Ledger):
    effect = Effect()
    answers = [await ledger.idempotency.once(ASKED, effect, NOW + n) for n in range(3)]
    assert answers == [Answer(201, b"m1")] * 3
    assert effect.runs == 1


async def test_another_request_with_the_same_key_is_refused(ledger: Ledger):
    effect = Effect()
    await ledger.idempotency.once(ASKED, effect, NOW)
    other = request("key-1", "abc", b"POST", b"/v1/merchants", b"{ }")
    assert await ledger.idempotency.once(other, effect, NOW) == KeyReused()
    assert effect.runs == 1


async def test_the_same_key_of_somebody_else_is_another(ledger: Ledger):
    effect = Effect()
    await ledger.idempotency.once(ASKED, effect, NOW)
    other = Request("key-2", ASKED.key, ASKED.digest)
    assert await ledger.idempotency.once(other, effect, NOW) == Answer(201, b"m2")


async def test_many_at_once_have_one_effect_and_one_answer(ledger: Ledger):
    effect = Effect()
    answers = await asyncio.gather(
        *(ledger.idempotency.once(ASKED, effect, NOW) for _ in range(20))
    )
    assert len(set(answers)) == 1
    assert len(await ledger.db.read(names)) == 1


async def test_an_effect_that_fails_can_be_asked_for_again(ledger: Ledger):
    def fail(connection: Connection) -> Answer:
        raise LookupError("no")

    with pytest.raises(LookupError):
        await ledger.idempotency.once(ASKED, fail, NOW)
    assert await ledger.idempotency.once(ASKED, Effect(), NOW) == Answer(201, b"m1")


async def test_an_answer_is_kept_for_a_day(ledger: Ledger):
    effect = Effect()
    await ledger.idempotency.once(ASKED, effect, NOW)
    await ledger.idempotency.once(ASKED, effect, NOW + TTL_MS - 1)
    assert effect.runs == 1
    await ledger.idempotency.once(ASKED, effect, NOW + TTL_MS)
    assert effect.runs == 2


async def test_old_answers_are_swept_in_small_steps(ledger: Ledger):
    effect = Effect()
    for n in range(5):
        await ledger.idempotency.once(request("key-1", str(n)), effect, NOW + n)
    assert await ledger.idempotency.sweep(NOW + TTL_MS - 1, 10) == 0
    assert await ledger.idempotency.sweep(NOW + TTL_MS + 2, 2) == 2
    assert await ledger.idempotency.sweep(NOW + TTL_MS + 2, 2) == 1
    assert await ledger.idempotency.sweep(NOW + TTL_MS + 2, 2) == 0
