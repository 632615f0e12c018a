"""Prometheus metrics. The hot path counts in plain integers; they are read when scraped."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from gameserver.awards import Awards
from gameserver.coupons.client import CouponClient
from gameserver.gateway.feed import Feed
from gameserver.gateway.gateway import Gateway
from gameserver.jobs import Jobs
from gameserver.keeper.keeper import Keeper


@dataclass(frozen=True, slots=True)
class Watched:
    """The parts of a process that metrics are read from."""

    process: str
    gateway: Gateway
    feed: Feed
    keeper: Keeper
    awards: Awards
    jobs: Jobs
    coupons: CouponClient | None = None


class GameCollector(Collector):
    """Reads the parts' own counters."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def collect(self) -> Iterator[Metric]:
        """All families of the game."""
        info = GaugeMetricFamily("catcat_process", "Always 1, for its label.", labels=["process"])
        info.add_metric([self._watched.process], 1)
        yield info
        yield from self._counters()
        yield from self._gauges()

    def _counters(self) -> Iterator[Metric]:
        watched, stats = self._watched, self._watched.gateway.street.stats
        plain: tuple[tuple[str, str, int], ...] = (
            ("catcat_fixes", "Position fixes handled.", stats.fixes),
            ("catcat_messages_in", "Messages received.", stats.messages_in),
            ("catcat_messages_out", "Messages sent.", stats.messages_out),
            ("catcat_catches", "Cats caught.", stats.caught),
            ("catcat_spawned", "Cats put on the street.", watched.keeper.spawned),
            ("catcat_drained", "Claims finished by the keeper.", watched.keeper.leftovers.finished),
            (
                "catcat_issue_batches",
                "Batches of coupons.",
                sum(watched.awards.issuing.sizes.counts),
            ),
            ("catcat_issue_items", "Coupons asked for.", int(watched.awards.issuing.sizes.total)),
            (
                "catcat_record_batches",
                "Batches of catches.",
                sum(watched.awards.recording.sizes.counts),
            ),
        )
        if watched.coupons is not None:
            client = watched.coupons
            plain += (
                ("catcat_coupon_calls", "Calls to the coupon service.", client.calls),
                ("catcat_coupon_failures", "Those not answered as they should.", client.failures),
            )
        for name, text, value in plain:
            yield CounterMetricFamily(name, text, value=value)
        refused = CounterMetricFamily("catcat_refused", "Refusals by reason.", labels=["reason"])
        for reason, count in sorted(stats.refused.items()):
            refused.add_metric([reason], count)
        yield refused
        closed = CounterMetricFamily("catcat_closed", "Closed sockets by code.", labels=["code"])
        for code, count in sorted(stats.closed.items()):
            closed.add_metric([str(code)], count)
        yield closed

    def _gauges(self) -> Iterator[Metric]:
        watched = self._watched
        street = watched.gateway.street
        client = watched.coupons
        if client is not None:
            text = "1 while the coupon service is left in peace: coupons are pending."
            yield GaugeMetricFamily("catcat_coupons_away", text, value=client.is_away)
        for name, text, value in (
            ("catcat_sockets", "Open sockets.", len(watched.gateway)),
            ("catcat_players", "Players in a session.", len(street.roster.sessions)),
            ("catcat_cats_followed", "Cats in the regions in view.", len(street.world.cats)),
            ("catcat_regions_followed", "Regions in view.", len(street.world.regions)),
            ("catcat_regions_kept", "Regions that this keeper holds.", len(watched.keeper.held)),
            ("catcat_jobs", "Background jobs running.", len(watched.jobs)),
            ("catcat_issue_waiting", "Coupons waiting to be issued.", len(watched.awards.issuing)),
            ("catcat_record_waiting", "Catches waiting.", len(watched.awards.recording)),
            ("catcat_feed_round_seconds", "Rounds.", sum(watched.feed.rounds.counts)),
        ):
            yield GaugeMetricFamily(name, text, value=value)


def exposition(watched: Watched) -> Callable[[], bytes]:
    """A function that renders all metrics of this process in Prometheus' text format."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    registry.register(GameCollector(watched))
    return lambda: generate_latest(registry)
