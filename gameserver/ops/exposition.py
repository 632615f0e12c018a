"""Prometheus' text format of a process, game server or coupon service."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.registry import Collector

from gameserver.http.traffic import Traffic
from gameserver.ledger.database import Database
from gameserver.ops.families import OfProcess
from gameserver.ops.pauses import Pauses
from gameserver.ops.shared import HttpCollector, IssueCollector, ProcessInfo, SqlCollector


def exposition(process: str, *collectors: Collector) -> Callable[[], bytes]:
    """A function that renders all metrics of this process, each with its name as a label."""
    registry = CollectorRegistry()
    registry.register(OfProcess(process, ProcessInfo(), *collectors))
    return lambda: generate_latest(registry)


def coupon_exposition(
    process: str, db: Database, traffic: Traffic, pauses: Pauses
) -> Callable[[], bytes]:
    """The metrics of a coupon service."""
    return exposition(
        process, pauses, SqlCollector(db), HttpCollector(traffic), IssueCollector(traffic)
    )
