"""Latency percentiles in bounded memory.

Values fall into log-linear buckets as in HdrHistogram (Gil Tene): every power of two is cut into
128 equal parts, so a bucket's middle is within 1/256 (0.4 %) of every value in it. Kept sparse: a
bucket costs memory once something fell into it, at most about 4,000 of them over the whole range.
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


class Histogram:
    """Counts durations in milliseconds and tells their percentiles with an error below 1 %."""

    __slots__ = ("_buckets", "count", "max_ms")

    def __init__(self) -> None:
        self._buckets: dict[int, int] = {}
        self.count = 0
        self.max_ms = 0.0

    def record(self, value_ms: float) -> None:
        """Count one duration; below a microsecond counts as one, above a day as a day."""
        value_ms = min(max(value_ms, _SMALLEST_MS), _LARGEST_MS)
        bucket = _bucket_of(value_ms)
        self._buckets[bucket] = self._buckets.get(bucket, 0) + 1
        self.count += 1
        self.max_ms = max(self.max_ms, value_ms)

    def add(self, other: "Histogram") -> None:
        """Count everything that `other` counted as well."""
        for bucket, count in other._buckets.items():
            self._buckets[bucket] = self._buckets.get(bucket, 0) + count
        self.count += other.count
        self.max_ms = max(self.max_ms, other.max_ms)

    def percentile(self, share: float) -> float | None:
        """The duration that `share` (0 to 1) of all stay at or below; None where none was counted.

        Nearest rank: with 10 values, 0.9 is the 9th. Never above the largest value counted.
        """
        if not self.count:
            return None
        rank = max(1, math.ceil(share * self.count))
        seen = 0
        for bucket in sorted(self._buckets):
            seen += self._buckets[bucket]
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


def _bucket_of(value_ms: float) -> int:
    mantissa, exponent = math.frexp(value_ms)  # value = mantissa * 2**exponent, 0.5 <= mantissa < 1
    return exponent * _PARTS + int((mantissa - 0.5) * 2 * _PARTS)


def _middle_of(bucket: int) -> float:
    exponent, part = divmod(bucket, _PARTS)
    return math.ldexp(0.5 + (part + 0.5) / (2 * _PARTS), exponent)
