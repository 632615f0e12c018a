"""A server is stopped while hundreds of bots play, as an update does. Nobody may lose a coupon.

What the bots were told is held against their wallets by the bots themselves (`reconciled`), and
the books against each other and the live world by the audit.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from catbot.options import Options
from catbot.report import Report
from catbot.running import run

from tests.servers.catcat import CatCat, catcat_demo
from tests.waiting import until

pytestmark = pytest.mark.slow

PLAYERS = 300
STOPPED_WITHIN_S = 10.0  # the contract's limit
BACK_WITHIN_S = 40.0


async def test_a_stopped_server_sends_its_players_away_and_exits_clean() -> None:
    async with catcat_demo() as server, playing(server) as bots:
        started_s = asyncio.get_running_loop().time()
        assert await server.stop() == 0
        assert asyncio.get_running_loop().time() - started_s < STOPPED_WITHIN_S
        await server.start()
        before = await server.metric("catcat_catches_total")
        await until(lambda: more_than(server, "catcat_catches_total", before), BACK_WITHIN_S)
        report = await bots
        await server.audit()
    assert report.coupons > 0
    assert report.reconciled, report.reconciliation
    assert report.disconnects.get("1012", 0) > PLAYERS // 2


@asynccontextmanager
async def playing(server: CatCat) -> AsyncIterator[asyncio.Task[Report]]:
    """Bots that play; their report is the task's result, once the run's time is over."""
    options = Options(url=server.url, players=PLAYERS, ramp_s=3.0, duration_s=32.0, seed=11)
    bots = asyncio.create_task(run(options))
    try:
        await until(lambda: more_than(server, "catcat_catches_total", 100), 25.0)
        yield bots
    finally:
        bots.cancel()
        await asyncio.gather(bots, return_exceptions=True)


async def more_than(server: CatCat, metric: str, count: float) -> bool:
    return await server.metric(metric) > count
