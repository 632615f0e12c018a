"""The game's metrics. The hot path counts in plain integers; they are read when scraped."""

from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gameserver.awards.line import Line
from gameserver.coupons.client import CouponClient
from gameserver.game.signals import SIGNALS
from gameserver.gateway.feed import Feed
from gameserver.gateway.gateway import Gateway
from gameserver.http.traffic import Traffic
from gameserver.jobs import Jobs
from gameserver.keeper.keeper import Keeper
from gameserver.ledger.database import Database
from gameserver.live.live import Live
from gameserver.ops.exposition import Render, exposition
from gameserver.ops.families import histogram, histograms
from gameserver.ops.pauses import Pauses
from gameserver.ops.shared import HttpCollector, SqlCollector, of_issue_batches
from gameserver.screen.broadcast import Broadcast


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """The parts of a process that metrics are read from."""

    process: str
    gateway: Gateway
    feed: Feed
    keeper: Keeper
    line: Line
    jobs: Jobs
    live: Live
    db: Database
    traffic: Traffic
    pauses: Pauses
    broadcast: Broadcast
    coupons: CouponClient | None = None


class GameCollector(Collector):
    """Reads the parts' own counters."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def collect(self) -> Iterator[Metric]:
        """All families of the game."""
        yield from self._counters()
        yield from self._labelled()
        yield from self._gauges()
        yield from self._stages()
        yield from self._batches()
        yield from self._rounds()
        if self._watched.coupons is not None:
            yield from _of_coupon_service(self._watched.coupons)

    def _counters(self) -> Iterator[Metric]:
        watched, stats = self._watched, self._watched.gateway.street.stats
        for name, text, value in (
            ("catcat_fixes", "Position fixes handled.", stats.fixes),
            ("catcat_messages_in", "Messages received.", stats.messages_in),
            ("catcat_messages_out", "Messages sent.", stats.messages_out),
            ("catcat_catches", "Cats caught.", stats.caught),
            ("catcat_slowed", "Messages of senders that are too fast.", stats.slowed),
            ("catcat_spawned", "Cats put on the street.", watched.keeper.spawned),
            ("catcat_drained", "Claims finished by the keeper.", watched.keeper.leftovers.finished),
        ):
            yield CounterMetricFamily(name, text, value=value)

    def _labelled(self) -> Iterator[Metric]:
        stats = self._watched.gateway.street.stats
        refused = CounterMetricFamily("catcat_refused", "Refusals by reason.", labels=["reason"])
        for reason, count in sorted(stats.refused.items()):
            refused.add_metric([reason], count)
        yield refused
        doubts = CounterMetricFamily("catcat_doubts", "Doubts by signal.", labels=["signal"])
        for signal in SIGNALS:
            doubts.add_metric([signal], stats.doubts.get(signal, 0))
        yield doubts
        closed = CounterMetricFamily("catcat_closed", "Closed sockets by code.", labels=["code"])
        for code, count in sorted(stats.closed.items()):
            closed.add_metric([str(code)], count)
        yield closed
        shed = CounterMetricFamily("catcat_shed", "Work left out under load.", labels=["work"])
        for work, count in stats.shed.items():
            shed.add_metric([work], count)
        yield shed
        yield self._too_many()

    def _too_many(self) -> CounterMetricFamily:
        gateway, traffic = self._watched.gateway, self._watched.traffic
        family = CounterMetricFamily("catcat_too_many", "Answers 429.", labels=["what"])
        family.add_metric(["sockets"], gateway.too_many)
        family.add_metric(["guests"], traffic.too_many_guests)
        family.add_metric(["guesses"], traffic.too_many_guesses)
        return family

    def _gauges(self) -> Iterator[Metric]:
        watched = self._watched
        street, line = watched.gateway.street, watched.line
        for name, text, value in (
            ("catcat_sockets", "Open sockets.", len(watched.gateway)),
            ("catcat_connections_waiting", "Without a head yet.", len(watched.gateway.hall)),
            ("catcat_players", "Players in a session.", len(street.roster.sessions)),
            ("catcat_watchers", "Readers of GET /v1/live.", watched.broadcast.watchers),
            ("catcat_load", "0 calm, 1 busy, 2 overloaded.", int(street.pressure.load)),
            ("catcat_cats_followed", "Cats in the regions in view.", len(street.world.cats)),
            ("catcat_regions_followed", "Regions in view.", len(street.world.regions)),
            ("catcat_regions_kept", "Regions that this keeper holds.", len(watched.keeper.held)),
            ("catcat_jobs", "Background jobs running.", len(watched.jobs) + line.under_way),
            (
                "catcat_issue_waiting",
                "Coupons waiting to be issued.",
                len(line.books.issuing),
            ),
            ("catcat_record_waiting", "Catches waiting.", len(line.books.recording)),
            ("catcat_redis_waiting", "Calls that wait for Redis.", watched.live.waiting),
        ):
            yield GaugeMetricFamily(name, text, value=value)

    def _stages(self) -> Iterator[Metric]:
        stats, line = self._watched.gateway.street.stats, self._watched.line
        yield histogram("catcat_fix_seconds", "Fixes, decoding to view; a sample.", stats.fix_times)
        yield histograms(
            "catcat_fix_stage_seconds",
            "Stages of a fix: decoding, of a sample; moving a view, of all that move.",
            ("stage",),
            [(("decode",), stats.decode_times), (("view",), stats.view_times)],
        )
        yield histogram(
            "catcat_reveal_seconds", "From an event in Redis to its viewers.", stats.reveal_times
        )
        yield histograms(
            "catcat_catch_seconds",
            "Stages of a catch.",
            ("stage",),
            [
                (("judge",), stats.judge_times),
                (("claim",), line.claim_times),
                (("issue",), line.books.issue_times),
                (("record",), line.books.record_times),
                (("total",), stats.catch_times),
            ],
        )

    def _batches(self) -> Iterator[Metric]:
        books = self._watched.line.books
        issuing, recording = books.issuing, books.recording
        traffic = self._watched.live.traffic
        yield from of_issue_batches(issuing.sizes, issuing.durations)
        yield histogram("catcat_record_batch_items", "Catches per batch.", recording.sizes)
        yield histogram("catcat_record_batch_seconds", "How long it took.", recording.durations)
        yield histogram("catcat_redis_batch_commands", "Commands per write.", traffic.commands)
        yield histogram("catcat_redis_seconds", "From write to last reply.", traffic.round_trips)

    def _rounds(self) -> Iterator[Metric]:
        feed, keeper = self._watched.feed, self._watched.keeper
        yield histogram("catcat_feed_round_seconds", "Looks at the regions in view.", feed.rounds)
        yield histogram("catcat_keeper_round_seconds", "Rounds of the keeper.", keeper.rounds)


def _of_coupon_service(client: CouponClient) -> Iterator[Metric]:
    yield CounterMetricFamily("catcat_coupon_calls", "Calls to the service.", value=client.calls)
    yield CounterMetricFamily(
        "catcat_coupon_failures", "Those not answered as they should.", value=client.failures
    )
    yield histogram("catcat_coupon_call_seconds", "How long they took.", client.durations)
    yield GaugeMetricFamily(
        "catcat_coupon_under_way", "Questions that are not answered yet.", value=client.under_way
    )
    yield GaugeMetricFamily(
        "catcat_coupons_away",
        "1 while the coupon service is left in peace: coupons are pending.",
        value=client.is_away,
    )


def game_exposition(watched: Watched) -> Render:
    """The metrics of a game server."""
    return exposition(
        watched.process,
        watched.pauses,
        SqlCollector(watched.db),
        HttpCollector(watched.traffic),
        GameCollector(watched),
    )
