"""How what the parts count becomes families of Prometheus metrics."""

from collections.abc import Iterable, Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from gameserver.histogram import Histogram

Labelled = tuple[tuple[str, ...], Histogram]
"""A histogram with the values of its family's labels."""


def histogram(name: str, text: str, values: Histogram) -> HistogramMetricFamily:
    """A family of one histogram."""
    return histograms(name, text, (), [((), values)])


def histograms(
    name: str, text: str, labels: tuple[str, ...], members: Iterable[Labelled]
) -> HistogramMetricFamily:
    """A family of histograms that differ in their labels."""
    family = HistogramMetricFamily(name, text, labels=labels)
    for given, values in members:
        # Copied: threads count on while this is read.
        counts, bounds = list(values.counts), [*map(floatToGoString, values.bounds), "+Inf"]
        family.add_metric(given, list(zip(bounds, accumulate(counts), strict=True)), values.total)
    return family


class OfProcess(Collector):
    """Gives the samples of all collectors, and those of the machine, the label `process`."""

    def __init__(self, process: str, *collectors: Collector) -> None:
        self._process = process
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        for collector in collectors:
            self._registry.register(collector)

    def collect(self) -> Iterator[Metric]:
        """All families."""
        for family in self._registry.collect():
            family.samples = [
                sample._replace(labels={"process": self._process, **sample.labels})
                for sample in family.samples
            ]
            yield family
