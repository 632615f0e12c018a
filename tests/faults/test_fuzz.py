"""A short form of the run with spoilt messages, in this process; the long one is `make fuzz`."""

import asyncio
import logging

import pytest

from tests.faults.fuzz import LANES, Fuzz
from tests.faults.mutants import JSON, MSGPACK
from tests.servers.game import Game, plan
from tests.waiting import until


async def test_spoilt_messages_of_both_encodings_harm_nobody(
    street: Game, caplog: pytest.LogCaptureFixture
) -> None:
    await street.store(plan(cats_alive=2, catches_per_cat=100))
    tokens = [street.token(f"fuzzer-{lane}") for lane in range(LANES)]
    port = int(street.app.url.rsplit(":", 1)[1])
    async with street.player("honest") as honest:
        await honest.stand()
        await until(lambda: len(honest.cats) == 2)
        cat, other = honest.cats
        await honest.catch_surely(cat, "before")
        tasks = len(asyncio.all_tasks())
        run = Fuzz(seed=12, frames=1000, port=port, tokens=tokens)
        sending = asyncio.create_task(run.run())
        await until(lambda: run.heard.total() > 300)
        await honest.stand()
        caught = await honest.catch_surely(other, "beside")
        await sending
        assert caught["type"] == "caught"
        assert run.complaints == []
        assert run.heard.total() == 1000
        assert len(run.heard) == 6, "each level in each encoding"
        await until(lambda: len(street.app.gateway) == 1)
        await until(lambda: len(asyncio.all_tasks()) <= tasks)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


STRANGE_IDS = [
    "{r:0}:cats", "a b", "\r\n", "\x01", "\x7f", "貓" * 64, "\U0010ffff" * 64, "\uffff", "\ufeff",
    "\u202e", "%s%n", "'; DROP TABLE catches;--", "\\", '"', "-", "0", "None", "x" * 64, "e\u0301",
]  # fmt: skip


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
async def test_an_attempt_may_be_called_anything_and_is_kept_as_it_is(
    street_on: Game, codec: str
) -> None:
    await street_on.store(plan(catches_per_cat=100))
    for number, attempt in enumerate(STRANGE_IDS):
        assert await catches_as(attempt, street_on, codec, f"player-{number}")


async def catches_as(attempt: str, street: Game, codec: str, name: str) -> bool:
    """Throw under this name until a throw hits; a miss is an answer for good, so others try."""
    for player in range(50):
        async with street.player(f"{name}-{player}", codec) as phone:
            await phone.stand()
            cat = (await phone.some_cat())["id"]
            answer = await phone.catch(cat, attempt)
            assert answer["attempt"] == attempt
            assert await phone.throw(cat, attempt, "no ticket") == answer
            if answer["type"] == "caught":
                return True
            assert answer["reason"] == "missed"
    return False
