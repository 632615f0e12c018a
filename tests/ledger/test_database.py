import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from gameserver.ledger.database import (
    Database,
    LedgerBusy,
    LedgerUnavailable,
    Limits,
    UnsupportedDatabase,
    open_database,
    run_sync,
)
from gameserver.ledger.tables import merchants
from tests.servers.postgres import PostgresServer
from tests.waiting import until


class Hold:
    """A transaction that stays open until it is let go, and tells when it has begun."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.end = threading.Event()

    def __call__(self, connection: Connection, name: str) -> None:
        add(connection, name)
        self.begun.set()
        if connection.dialect.name == "sqlite":
            assert self.end.wait(20)
        else:
            # On asyncpg the function runs on the event loop, which must go on meanwhile.
            while not self.end.is_set():
                connection.execute(text("SELECT pg_sleep(0.01)"))
        add(connection, name + " again")


def add(connection: Connection, name: str) -> None:
    connection.execute(insert(merchants).values(id=name, name=name, created_ms=0))


def names(connection: Connection) -> set[str]:
    return set(connection.scalars(select(merchants.c.name)))


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    async with open_database(url) as db:
        yield db


async def test_what_is_written_can_be_read(db: Database):
    await db.write(add, "a")
    assert await db.read(names) == {"a"}


async def test_a_function_that_raises_changes_nothing(db: Database):
    def fail(connection: Connection) -> None:
        add(connection, "a")
        raise LookupError("no")

    with pytest.raises(LookupError):
        await db.write(fail)
    assert await db.read(names) == set()


async def test_a_broken_constraint_is_an_error_of_the_caller(db: Database):
    await db.write(add, "a")
    with pytest.raises(IntegrityError):
        await db.write(add, "a")
    assert await db.read(names) == {"a"}


async def test_a_reader_cannot_write(db: Database):
    with pytest.raises(DBAPIError):
        await db.read(add, "a")
    assert await db.read(names) == set()
    await db.write(add, "b")


async def test_many_writers_at_once_all_get_through(db: Database):
    await asyncio.gather(*(db.write(add, f"m{n}") for n in range(50)))
    assert len(await db.read(names)) == 50


async def test_a_reader_sees_one_state_throughout(url: str, db: Database):
    def count(connection: Connection) -> int:
        return connection.scalar(select(func.count()).select_from(merchants)) or 0

    def twice(connection: Connection) -> tuple[int, int]:
        before = count(connection)
        written = threading.Thread(target=run_sync, args=(url, add, f"m{before}"))
        written.start()
        written.join()
        return before, count(connection)

    assert await db.read(twice) == (0, 0)
    assert await db.read(twice) == (1, 1)


async def test_writers_of_two_databases_wait_for_each_other(url: str, db: Database):
    hold = Hold()
    async with open_database(url) as other:
        first = asyncio.create_task(db.write(hold, "a"))
        await until(hold.begun.is_set)
        second = asyncio.create_task(other.write(add, "a"))
        await asyncio.sleep(0)
        hold.end.set()
        await first
        with pytest.raises(IntegrityError):
            await second


async def test_whoever_waits_too_long_for_a_lock_hears_that_it_is_busy(url: str, db: Database):
    hold = Hold()
    async with open_database(url, Limits(lock_timeout_s=0.1)) as hasty:
        holding = asyncio.create_task(db.write(hold, "a"))
        await until(hold.begun.is_set)
        with pytest.raises(LedgerBusy):
            await hasty.write(add, "a")
        hold.end.set()
        await holding
        await hasty.write(add, "b")


async def test_no_more_than_a_bounded_number_wait(url: str):
    hold = Hold()
    async with open_database(url, Limits(waiting=3)) as db:
        waiting = [asyncio.create_task(db.write(hold, "a"))]
        await until(hold.begun.is_set)
        waiting += [asyncio.create_task(db.write(add, f"m{n}")) for n in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(LedgerBusy):
            await db.write(add, "one too many")
        hold.end.set()
        await asyncio.gather(*waiting)
        await db.write(add, "room again")
        assert await db.read(names) == {"a", "a again", "m0", "m1", "room again"}


async def test_a_caller_who_leaves_while_under_way_leaves_a_whole_transaction_or_none(
    db: Database,
):
    hold = Hold()
    caller = asyncio.create_task(db.write(hold, "a"))
    await until(hold.begun.is_set)
    caller.cancel()
    with suppress(asyncio.CancelledError):
        await caller
    hold.end.set()
    await db.write(add, "b")
    assert await db.read(names) - {"b"} in (set(), {"a", "a again"})


async def test_a_caller_who_leaves_before_the_turn_changes_nothing_and_makes_room(url: str):
    hold = Hold()
    async with open_database(url, Limits(waiting=3, connections=1)) as db:
        holding = asyncio.create_task(db.write(hold, "a"))
        await until(hold.begun.is_set)
        for n in range(20):
            caller = asyncio.create_task(db.write(add, f"m{n}"))
            await asyncio.sleep(0)
            caller.cancel()
            with suppress(asyncio.CancelledError):
                await caller
        hold.end.set()
        await holding
        await db.write(add, "b")
        assert await db.read(names) == {"a", "a again", "b"}


async def test_callers_who_leave_at_any_moment_break_nothing(db: Database):
    def pair(connection: Connection, name: str) -> None:
        add(connection, name)
        add(connection, name + " again")

    for n in range(30):
        caller = asyncio.create_task(db.write(pair, f"m{n}"))
        for _ in range(n):
            await asyncio.sleep(0)
        caller.cancel()
        with suppress(asyncio.CancelledError):
            await caller
    await db.write(add, "last")
    found = await db.read(names) - {"last"}
    assert {name.removesuffix(" again") for name in found} == {
        name for name in found if not name.endswith(" again")
    }
    assert len(found) % 2 == 0


def test_a_program_without_a_loop_uses_the_books_too(url: str):
    run_sync(url, add, "a")
    assert run_sync(url, names) == {"a"}


@pytest.mark.parametrize(
    "wrong", ["", "books.db", "sqlite://", "sqlite:///:memory:", "mysql://x/y", "http://x"]
)
async def test_a_url_of_another_kind_is_refused(wrong: str):
    with pytest.raises(UnsupportedDatabase):
        async with open_database(wrong):
            pass


async def test_a_file_that_is_no_database_is_an_outage(tmp_path: Path):
    path = tmp_path / "books.db"
    path.write_text("something else entirely, and long enough to be looked at" * 100)
    async with open_database(f"sqlite:///{path}") as db:
        with pytest.raises(LedgerUnavailable):
            await db.read(names)


async def test_a_folder_that_cannot_be_made_is_an_outage(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(LedgerUnavailable):
        async with open_database(f"sqlite:///{tmp_path}/file/books.db"):
            pass


async def test_sqlite_survives_a_power_cut_and_checks_its_keys(sqlite_url: str):
    def pragmas(connection: Connection) -> list[object]:
        wanted = ("journal_mode", "synchronous", "foreign_keys")
        return [connection.scalar(text(f"PRAGMA {name}")) for name in wanted]

    async with open_database(sqlite_url) as db:
        assert await db.write(pragmas) == ["wal", 2, 1]


async def test_a_server_that_is_not_there_is_an_outage(tmp_path: Path):
    async with open_database(f"postgresql+asyncpg://postgres@/x?host={tmp_path}") as db:
        with pytest.raises(LedgerUnavailable):
            await db.read(names)


async def test_a_database_that_is_not_there_is_an_outage(postgres: PostgresServer):
    async with open_database(postgres.url("nothing")) as db:
        with pytest.raises(LedgerUnavailable):
            await db.read(names)


async def test_the_books_come_back_after_the_server_dropped_every_connection(
    postgres: PostgresServer, postgres_url: str
):
    hold = Hold()
    async with open_database(postgres_url) as db:
        await db.write(add, "before")
        under_way = asyncio.create_task(db.write(hold, "a"))
        await until(hold.begun.is_set)
        postgres.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'catcat'"
        )
        with pytest.raises(LedgerUnavailable):
            await under_way

        async def works() -> bool:
            try:
                await db.write(add, "after")
            except LedgerUnavailable:
                return False
            return True

        await until(works)
        assert await db.read(names) == {"before", "after"}
