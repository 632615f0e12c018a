"""What keeps a process from its work: a loop that is late, and the garbage collector."""

import asyncio
import gc
from collections.abc import Iterator
from time import perf_counter
from types import TracebackType
from typing import Any, Self

from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from gameserver.histogram import Histogram
from gameserver.ops.families import histogram, histograms

LOOK_EVERY_S = 0.1


class Pauses(Collector):
    """Measures both: the collections while it is entered, the loop's lag while `watch` runs."""

    def __init__(self) -> None:
        self.lag = Histogram()
        """Seconds by which the loop was late for a timer."""
        self.collections = [Histogram() for _ in gc.get_count()]
        """Seconds that collections took, by generation."""
        self._began_s = 0.0

    def __enter__(self) -> Self:
        gc.callbacks.append(self._collecting)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        gc.callbacks.remove(self._collecting)

    def _collecting(self, phase: str, info: dict[str, Any]) -> None:
        # There is one collection at a time, whatever the number of threads.
        if phase == "start":
            self._began_s = perf_counter()
        elif self._began_s:
            self.collections[info["generation"]].add(perf_counter() - self._began_s)

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            due_s = perf_counter() + LOOK_EVERY_S
            await asyncio.sleep(LOOK_EVERY_S)
            self.lag.add(max(0.0, perf_counter() - due_s))

    def collect(self) -> Iterator[Metric]:
        """The families."""
        yield histogram("catcat_loop_lag_seconds", "How late the event loop is.", self.lag)
        yield self._of_collections()

    def _of_collections(self) -> HistogramMetricFamily:
        return histograms(
            "catcat_gc_pause_seconds",
            "How long the garbage collector stopped everything, by generation.",
            ("generation",),
            [((str(number),), times) for number, times in enumerate(self.collections)],
        )
