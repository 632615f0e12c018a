"""While hundreds of bots play, something is killed. Nobody may lose a coupon or get one twice.

What the bots were told is held against their wallets by the bots themselves (`reconciled`), and
the books against each other and the live world by the audit.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from catbot.options import Options
from catbot.report import Report
from catbot.running import run

from tests.servers.catcat import CatCat, catcat_demo
from tests.waiting import until

pytestmark = pytest.mark.slow

PLAYERS = 300
BACK_WITHIN_S = 10.0


@asynccontextmanager
async def playing(server: CatCat, *, players: int = PLAYERS) -> AsyncIterator[asyncio.Task[Report]]:
    """Bots that play; their report is the task's result, once the run's time is over."""
    options = Options(url=server.url, players=players, ramp_s=3.0, duration_s=32.0, seed=11)
    bots = asyncio.create_task(run(options))
    try:
        await until(lambda: more_than(server, "catcat_catches_total", 100), 25.0)
        yield bots
    finally:
        bots.cancel()
        await asyncio.gather(bots, return_exceptions=True)


async def more_than(server: CatCat, metric: str, count: float) -> bool:
    return await server.metric(metric) > count


async def hurt_while_playing(hurt: Callable[[CatCat], Awaitable[None]]) -> tuple[CatCat, Report]:
    """Play, hurt, and play on; what the bots report at the end. The audit is clean."""
    async with catcat_demo() as server, playing(server) as bots:
        await hurt(server)
        before = await server.metric("catcat_catches_total")
        await until(lambda: more_than(server, "catcat_catches_total", before), BACK_WITHIN_S)
        report = await bots
        await server.audit()
        assert report.coupons > 0
        assert report.reconciled, report.reconciliation
        return server, report


async def test_a_killed_server_comes_back_and_every_coupon_told_is_in_the_wallet() -> None:
    async def hurt(server: CatCat) -> None:
        await server.kill()
        await server.start()

    _, report = await hurt_while_playing(hurt)
    assert report.disconnects.get("1006", 0) > 0


async def test_a_killed_redis_is_started_again_and_the_game_goes_on() -> None:
    async def hurt(server: CatCat) -> None:
        pid = server.redis_pid()
        os.kill(pid, signal.SIGKILL)
        await until(lambda: _has_other_redis(server, pid))

    await hurt_while_playing(hurt)


async def test_a_stopped_server_sends_its_players_away_and_exits_clean() -> None:
    async def hurt(server: CatCat) -> None:
        started_s = asyncio.get_running_loop().time()
        assert await server.stop() == 0
        assert asyncio.get_running_loop().time() - started_s < BACK_WITHIN_S  # the contract's limit
        await server.start()

    _, report = await hurt_while_playing(hurt)
    assert report.disconnects.get("1012", 0) > PLAYERS // 2


def _has_other_redis(server: CatCat, pid: int) -> bool:
    try:
        return server.redis_pid() != pid
    except AssertionError:
        return False
