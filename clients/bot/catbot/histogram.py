"""Latency percentiles in bounded memory.

Values fall into log-linear buckets as in HdrHistogram (Gil Tene): every power of two is cut into
128 equal parts, so a bucket's middle is within 1/256 (0.4 %) of every value in it. Histograms of
several processes or moments add up to exactly the histogram of all their values.

Kept sparse: a bucket costs memory once something fell into it, at most about 4,700 of them over the
whole range. A run keeps hundreds of these, one per latency and stretch of time, which is why it is
not PyPI's `hdrhistogram`: that takes 230 KB for each at this precision, a third longer to record,
and wants setuptools at run time.
"""

import math

import msgspec

_PARTS = 128
_SMALLEST_MS = 0.001  # finer than anything a network shows
_LARGEST_MS = 24 * 3600 * 1000.0


class Percentiles(msgspec.Struct, frozen=True):
    """Percentiles in milliseconds; all None where nothing was measured. `max` is exact."""

    p50: float | None = None
    p90: float | None = None
    p99: float | None = None
    max: float | None = None


class Histogram(msgspec.Struct):
    """Counts durations in milliseconds and tells their percentiles with an error below 0.4 %."""

    buckets: dict[int, int] = msgspec.field(default_factory=dict)
    count: int = 0
    max_ms: float = 0.0

    def record(self, value_ms: float) -> None:
        """Count one duration; below a microsecond counts as one, above a day as a day."""
        if not _SMALLEST_MS <= value_ms <= _LARGEST_MS:
            value_ms = min(max(value_ms, _SMALLEST_MS), _LARGEST_MS)
        # value = mantissa * 2**exponent with 0.5 <= mantissa < 1
        mantissa, exponent = math.frexp(value_ms)
        bucket = exponent * _PARTS + int((mantissa - 0.5) * (2 * _PARTS))
        buckets = self.buckets
        buckets[bucket] = buckets.get(bucket, 0) + 1
        self.count += 1
        if value_ms > self.max_ms:  # noqa: PLR1730 - max() is dearer, and this is called for every message
            self.max_ms = value_ms

    def add(self, other: "Histogram") -> None:
        """Count everything that `other` counted as well."""
        for bucket, count in other.buckets.items():
            self.buckets[bucket] = self.buckets.get(bucket, 0) + count
        self.count += other.count
        self.max_ms = max(self.max_ms, other.max_ms)

    def copy(self) -> "Histogram":
        """Another histogram of the same values."""
        return Histogram(dict(self.buckets), self.count, self.max_ms)

    def since(self, earlier: "Histogram") -> "Histogram":
        """What was counted since this one was `earlier`. Its `max_ms` is as good as a bucket."""
        grown = {
            bucket: count - earlier.buckets.get(bucket, 0)
            for bucket, count in self.buckets.items()
            if count != earlier.buckets.get(bucket, 0)
        }
        if not grown:
            return Histogram()
        largest_ms = min(_top_of(max(grown)), self.max_ms)
        return Histogram(grown, self.count - earlier.count, largest_ms)

    def percentile(self, share: float) -> float | None:
        """The duration that `share` (0 to 1) of all stay at or below; None where none was counted.

        Nearest rank: with 10 values, 0.9 is the 9th. Never above the largest value counted.
        """
        if not self.count:
            return None
        rank = max(1, math.ceil(share * self.count))
        seen = 0
        for bucket in sorted(self.buckets):
            seen += self.buckets[bucket]
            if seen >= rank:
                return min(_middle_of(bucket), self.max_ms)
        return self.max_ms

    def percentiles(self) -> Percentiles:
        """The usual percentiles, rounded to a microsecond."""
        if not self.count:
            return Percentiles()
        p50, p90, p99 = (self.percentile(share) for share in (0.5, 0.9, 0.99))
        assert p50 is not None
        assert p90 is not None
        assert p99 is not None
        return Percentiles(round(p50, 3), round(p90, 3), round(p99, 3), round(self.max_ms, 3))


def _middle_of(bucket: int) -> float:
    exponent, part = divmod(bucket, _PARTS)
    return math.ldexp(0.5 + (part + 0.5) / (2 * _PARTS), exponent)


def _top_of(bucket: int) -> float:
    exponent, part = divmod(bucket, _PARTS)
    return math.ldexp(0.5 + (part + 1) / (2 * _PARTS), exponent)
