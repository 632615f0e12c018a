"""Transactions are timed, on both databases."""

import asyncio
import threading

import pytest
from sqlalchemy import Connection, text

from gameserver.ledger.database import Limits, open_database
from gameserver.ledger.errors import LedgerBusy
from gameserver.ledger.timings import Timings
from tests.waiting import until


def numbers(timings: Timings) -> tuple[int, int, int]:
    return sum(timings.waits.counts), sum(timings.runs.counts), timings.under_way


def look(connection: Connection) -> None:
    connection.execute(text("SELECT 1"))


def fail(connection: Connection) -> None:
    look(connection)
    raise ZeroDivisionError


@pytest.fixture(params=["sqlite_url", "postgres_url"], ids=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(request.param)
    return found


async def test_each_transaction_counts_once_with_its_kind(url: str) -> None:
    async with open_database(url) as db:
        await db.write(look)
        await db.write(look)
        await db.read(look)
        assert numbers(db.writing) == (2, 2, 0)
        assert numbers(db.reading) == (1, 1, 0)
        assert db.writing.runs.total > 0


async def test_one_that_fails_counts_too(url: str) -> None:
    async with open_database(url) as db:
        with pytest.raises(ZeroDivisionError):
            await db.write(fail)
        assert numbers(db.writing) == (1, 1, 0)


async def test_who_waits_for_a_turn_is_under_way_and_his_wait_counts(sqlite_url: str) -> None:
    held, go = threading.Event(), threading.Event()

    def hold(_: Connection) -> None:
        held.set()
        assert go.wait(20)

    async with open_database(sqlite_url, Limits(waiting=2)) as db:
        asked = [asyncio.create_task(db.write(hold))]
        await until(held.is_set)
        asked.append(asyncio.create_task(db.write(look)))
        await until(lambda: db.writing.under_way == 2)
        with pytest.raises(LedgerBusy):
            await db.write(look)
        assert numbers(db.writing) == (0, 0, 2)
        go.set()
        await asyncio.gather(*asked)
        assert numbers(db.writing) == (2, 2, 0)
        assert db.writing.waits.total > 0


async def test_a_caller_who_leaves_is_over_when_his_turn_is(sqlite_url: str) -> None:
    held, go = threading.Event(), threading.Event()

    def hold(_: Connection) -> None:
        held.set()
        assert go.wait(20)

    async with open_database(sqlite_url) as db:
        asked = asyncio.create_task(db.write(hold))
        await until(held.is_set)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        assert db.writing.under_way == 1
        go.set()
        await until(lambda: numbers(db.writing) == (1, 1, 0))
