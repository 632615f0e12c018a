"""How values are spread: counts in fixed buckets, cheap enough for paths that are hot."""

from bisect import bisect_left
from collections.abc import Sequence

_STEPS = (1.0, 2.5, 5.0)

SECONDS = (2.5e-6, 5e-6, *(step * 10.0**power for power in range(-5, 1) for step in _STEPS), 10.0)
"""From what a fix takes to what nobody waits for."""

ITEMS = tuple(float(2**power) for power in range(11))
"""From one by one to a thousand together."""


class Histogram:
    """Counts of values by bucket, and their sum. Not for several threads at once.

    Bucket `n` has the values above `bounds[n - 1]`, up to `bounds[n]` and that included; one more
    at the end has the rest.
    """

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float] = SECONDS) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        """Count a value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value
