"""Catches and coupons in all: counted in Redis, made good from the books, and never less."""

from collections.abc import AsyncIterator

import pytest

from gameserver.game.model import Claim
from gameserver.ledger.ledger import Ledger, open_ledger
from gameserver.live import Live, open_live
from gameserver.live.screens import Counted, Totals
from gameserver.screen.totals import ASKED_EVERY_MS, RunningTotals
from tests.servers.redis import RedisServer, redis_server

NOW = 1_795_780_000_000
LATER = 2_001


@pytest.fixture
async def server() -> AsyncIterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
async def live(server: RedisServer) -> AsyncIterator[Live]:
    async with open_live(server.url) as live:
        yield live


@pytest.fixture
async def ledger(sqlite_url: str) -> AsyncIterator[Ledger]:
    async with open_ledger(sqlite_url) as ledger:
        yield ledger


async def record(ledger: Ledger, begin: int, count: int) -> None:
    await ledger.catches.record(
        [
            Claim(f"c{n}", f"872830828-{n}", "ann", f"{n}", "tabby", 1, "s", NOW)
            for n in range(begin, begin + count)
        ],
        NOW,
    )


async def say(live: Live, totals: RunningTotals, second: int, catches: int = 0) -> None:
    """A second in which so much was caught, as the screen says it."""
    heard = await live.say_second(second, "p1", Counted(1, catches, 0), True)
    totals.heard(heard.totals)


def running(live: Live, ledger: Ledger, name: str = "p1") -> RunningTotals:
    return RunningTotals(name, live, ledger, coupons_are_here=True)


async def test_the_first_who_looks_is_told_what_the_books_say(live: Live, ledger: Ledger) -> None:
    await record(ledger, 0, 30)
    totals = running(live, ledger)
    await totals.begin(NOW)
    assert totals.now == Totals(30, 0)


async def test_what_is_in_the_books_already_is_not_counted_again(
    live: Live, ledger: Ledger
) -> None:
    """The books are asked while catches are on their way to Redis."""
    await record(ledger, 0, 30)
    totals = running(live, ledger)
    await totals.begin(NOW)
    await say(live, totals, 1, 5)  # they are among the thirty
    await totals.keep(NOW + LATER)
    await say(live, totals, 3, 2)
    assert totals.now == Totals(32, 0)


async def test_what_redis_lost_the_books_make_good(
    live: Live, ledger: Ledger, server: RedisServer
) -> None:
    await record(ledger, 0, 30)
    totals = running(live, ledger)
    await totals.begin(NOW)
    await totals.keep(NOW + LATER)
    await record(ledger, 30, 10)
    server.flush()
    await say(live, totals, 9)
    assert totals.now == Totals(30, 0), "nothing goes backwards"
    await totals.keep(NOW + 9_000)
    assert totals.now == Totals(40, 0)
    await totals.keep(NOW + 9_000 + LATER)
    await say(live, totals, 12, 3)
    assert totals.now == Totals(43, 0)


async def test_what_this_process_remembers_outlives_redis_and_thinner_books(
    live: Live, ledger: Ledger, server: RedisServer
) -> None:
    """Players who were forgotten have no scores any more, but their catches were counted."""
    await record(ledger, 0, 30)
    totals = running(live, ledger)
    await totals.begin(NOW)
    await totals.keep(NOW + LATER)
    await ledger.players.forget("ann")
    server.flush()
    await say(live, totals, 5)
    await totals.keep(NOW + 5_000)
    await totals.keep(NOW + 5_000 + LATER)
    await say(live, totals, 8, 1)
    assert totals.now == Totals(31, 0)


async def test_the_books_are_asked_by_one_process_and_seldom(live: Live, ledger: Ledger) -> None:
    await record(ledger, 0, 30)
    one, other = running(live, ledger, "p1"), running(live, ledger, "p2")
    await one.begin(NOW)
    await one.keep(NOW + LATER)
    await say(live, other, 3)
    await one.keep(NOW + 3_000)
    await record(ledger, 30, 10)  # a catch that no process lived to tell of
    for now_ms in range(NOW + 4_000, NOW + ASKED_EVERY_MS, 10_000):
        await other.keep(now_ms)
        await one.keep(now_ms)
    await say(live, one, 4)
    assert one.now == Totals(30, 0)
