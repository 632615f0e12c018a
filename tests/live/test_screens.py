"""Seconds of all processes, and totals that never fall."""

from gameserver.live import Live, keys
from gameserver.live.screens import Counted, Heard, Totals
from tests.servers.redis import RedisServer

SECOND = 1_795_780_000


async def test_everybody_hears_what_every_process_counted(live: Live) -> None:
    here, there = Counted(3, 2, 1, {7: 3}, {7: 2}), Counted(40, 5, 5, {7: 1, 8: 39}, {8: 5})
    await live.say_second(SECOND, "p1", here, True)
    await live.say_second(SECOND, "p2", there, False)
    await live.say_second(SECOND + 1, "p2", Counted(41), False)
    heard = await live.counted(SECOND)
    assert sorted(heard, key=lambda one: one.players) == [here, there]
    assert await live.counted(SECOND - 1) == []


async def test_a_second_counts_once_however_often_it_is_said(live: Live) -> None:
    await live.raise_totals(Totals(100, 50))
    for _ in range(3):
        heard = await live.say_second(SECOND, "p1", Counted(1, 4, 2), False)
        assert heard == Heard(False, Totals(104, 52))


async def test_there_are_no_totals_until_somebody_knows_them(live: Live) -> None:
    assert (await live.say_second(SECOND, "p1", Counted(1, 4, 2), True)).totals is None
    assert await live.raise_totals(Totals(10, 5)) == Totals(10, 5)


async def test_totals_are_raised_and_never_lowered(live: Live) -> None:
    await live.raise_totals(Totals(100, 50))
    assert await live.raise_totals(Totals(90, 60)) == Totals(100, 60)
    huge = Totals(3_000_000_000, 2_999_999_999)
    assert await live.raise_totals(huge) == huge
    heard = await live.say_second(SECOND, "p1", Counted(1, 4, 2), False)
    assert heard.totals == Totals(3_000_000_004, 3_000_000_001)


async def test_one_watched_process_is_known_to_all(live: Live) -> None:
    assert not (await live.say_second(SECOND, "p1", Counted(), False)).is_watched
    assert (await live.say_second(SECOND, "p2", Counted(), True)).is_watched
    assert (await live.say_second(SECOND + 1, "p1", Counted(), False)).is_watched


async def test_all_of_it_goes_by_itself_and_soon(live: Live, server: RedisServer) -> None:
    await live.raise_totals(Totals(1, 1))
    await live.say_second(SECOND, "p1", Counted(), True)
    lives = {
        name.decode(): node.pttl(name) for node in server.nodes for name in node.scan_iter("{s}*")
    }
    assert lives.keys() == {keys.second(SECOND), keys.TOTALS, keys.WATCHED}
    assert 0 < lives[keys.second(SECOND)] <= keys.SECOND_MS
    assert 0 < lives[keys.WATCHED] <= keys.WATCHED_MS
