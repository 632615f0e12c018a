"""Prometheus' text format of a process, game server or coupon service."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

from prometheus_client import generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from gameserver.http.traffic import Traffic
from gameserver.ledger.database import Database
from gameserver.ops.families import OfProcess
from gameserver.ops.pauses import Pauses
from gameserver.ops.shared import HttpCollector, IssueCollector, ProcessInfo, SqlCollector

Render = Callable[[], Awaitable[bytes]]
"""Renders all metrics as they are now."""

GENTLE_S = 0.25
"""For so long a scrape lets others have their turns between families. A loop that gets through so
few of them in this time is overloaded, which is when somebody must see it: the rest comes at once.
"""


class _Alone(Collector):
    """One family."""

    def __init__(self, family: Metric) -> None:
        self._family = family

    def collect(self) -> Iterator[Metric]:
        yield self._family


def exposition(process: str, *collectors: Collector) -> Render:
    """A function that renders all metrics of this process, each with its name as a label."""
    everything = OfProcess(process, ProcessInfo(), *collectors)

    async def render() -> bytes:
        parts: list[bytes] = []
        loop = asyncio.get_running_loop()
        hurries_s = loop.time() + GENTLE_S
        for family in everything.collect():
            parts.append(generate_latest(_Alone(family)))
            # All at once would take milliseconds, which players would have to wait.
            if loop.time() < hurries_s:
                await asyncio.sleep(0)
        return b"".join(parts)

    return render


def coupon_exposition(process: str, db: Database, traffic: Traffic, pauses: Pauses) -> Render:
    """The metrics of a coupon service."""
    return exposition(
        process, pauses, SqlCollector(db), HttpCollector(traffic), IssueCollector(traffic)
    )
