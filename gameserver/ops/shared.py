"""Metrics that game servers and coupon services have alike: the books, the HTTP API, batches."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gameserver.histogram import Histogram
from gameserver.http.traffic import Traffic
from gameserver.ledger.database import Database
from gameserver.ops.families import histogram, histograms


class ProcessInfo(Collector):
    """That there is the process."""

    def collect(self) -> Iterator[Metric]:
        """The family."""
        yield GaugeMetricFamily("catcat_process", "Always 1, for its label.", value=1)


class SqlCollector(Collector):
    """The transactions of a database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def collect(self) -> Iterator[Metric]:
        """The families."""
        kinds = (("write", self._db.writing), ("read", self._db.reading))
        yield histograms(
            "catcat_sql_wait_seconds",
            "How long transactions waited for their turn.",
            ("kind",),
            [((kind,), timings.waits) for kind, timings in kinds],
        )
        yield histograms(
            "catcat_sql_run_seconds",
            "How long transactions took from there, their commit included.",
            ("kind",),
            [((kind,), timings.runs) for kind, timings in kinds],
        )
        under_way = GaugeMetricFamily(
            "catcat_sql_under_way", "Transactions that wait or run.", labels=["kind"]
        )
        for kind, timings in kinds:
            under_way.add_metric([kind], timings.under_way)
        yield under_way


class HttpCollector(Collector):
    """The requests to the HTTP API."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic

    def collect(self) -> Iterator[Metric]:
        """The families."""
        requests = CounterMetricFamily(
            "catcat_http_requests",
            "Requests by route and status.",
            labels=["method", "route", "status"],
        )
        for (asked, status), count in sorted(self._traffic.answers.items()):
            requests.add_metric([asked.method, asked.route, str(status)], count)
        yield requests
        yield histograms(
            "catcat_http_seconds",
            "How long answers took.",
            ("method", "route"),
            sorted(self._traffic.durations.items(), key=lambda item: item[0]),
        )


def of_issue_batches(sizes: Histogram, durations: Histogram) -> Iterator[Metric]:
    """Batches of coupons: those that a game server asks for, or that a service decides on."""
    yield histogram("catcat_issue_batch_items", "Coupons asked for at once.", sizes)
    yield histogram("catcat_issue_batch_seconds", "How long that took.", durations)


class IssueCollector(Collector):
    """The batches of coupons that a coupon service is asked for."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic

    def collect(self) -> Iterator[Metric]:
        """The families."""
        return of_issue_batches(self._traffic.issue_sizes, self._traffic.issue_durations)
