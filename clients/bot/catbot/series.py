"""How a run went over time, in a bounded number of samples."""

from collections import Counter

import msgspec

from catbot.histogram import Histogram
from catbot.scores import Scores

_MAX_SAMPLES = 240


class Sample(msgspec.Struct, frozen=True):
    """One stretch of a run, which ended `at_s` seconds after its start."""

    at_s: float
    online: int
    fixes_per_s: float
    catches_per_s: float
    refused_per_s: float
    fix_p50_ms: float | None
    fix_p99_ms: float | None
    reveal_p50_ms: float | None
    reveal_p99_ms: float | None
    catch_p50_ms: float | None
    catch_p90_ms: float | None
    catch_p99_ms: float | None
    catch_max_ms: float | None
    refused: dict[str, int]
    """How many of each reason in this stretch."""
    disconnects: int
    failed_connects: int
    errors: int
    lag_p99_ms: float | None
    """How late the bots themselves were."""


class _Stretch(msgspec.Struct):
    lasts_s: float
    online: int
    fixes: int = 0
    catches: int = 0
    disconnects: int = 0
    failed_connects: int = 0
    errors: int = 0
    refused: Counter[str] = msgspec.field(default_factory=Counter)
    fix: Histogram = msgspec.field(default_factory=Histogram)
    reveal: Histogram = msgspec.field(default_factory=Histogram)
    catch: Histogram = msgspec.field(default_factory=Histogram)
    lag: Histogram = msgspec.field(default_factory=Histogram)

    def absorb(self, later: "_Stretch") -> None:
        self.lasts_s += later.lasts_s
        self.online = later.online
        self.fixes += later.fixes
        self.catches += later.catches
        self.disconnects += later.disconnects
        self.failed_connects += later.failed_connects
        self.errors += later.errors
        self.refused.update(later.refused)
        self.fix.add(later.fix)
        self.reveal.add(later.reveal)
        self.catch.add(later.catch)
        self.lag.add(later.lag)


class Series:
    """Samples of the honest bots. However long a run is, at most 240: then two become one."""

    def __init__(self, scores: Scores) -> None:
        self._scores = scores
        self._stretches: list[_Stretch] = []
        self._looks_per_stretch = 1
        self._looks_in_last = 0
        self._before = _Stretch(0.0, 0)  # everything counted until the last look

    def look(self, lasted_s: float) -> None:
        """Take in what was counted in the last `lasted_s` seconds."""
        stretch = self._new_stretch(lasted_s)
        if self._stretches and self._looks_in_last < self._looks_per_stretch:
            self._stretches[-1].absorb(stretch)
            self._looks_in_last += 1
            return
        if len(self._stretches) == _MAX_SAMPLES:
            self._halve()
        self._stretches.append(stretch)
        self._looks_in_last = 1

    def samples(self) -> list[Sample]:
        """The run so far, oldest first."""
        samples = []
        at_s = 0.0
        for stretch in self._stretches:
            at_s += stretch.lasts_s
            samples.append(_sample(stretch, at_s))
        return samples

    def _new_stretch(self, lasted_s: float) -> _Stretch:
        tally, before = self._scores.honest, self._before
        latencies = tally.latencies
        self._before = now = _Stretch(
            lasted_s,
            tally.online,
            tally.fixes,
            tally.catches,
            tally.disconnects.total(),
            self._scores.failed_connects.total(),
            tally.errors.total(),
            tally.refused.copy(),
            lag=self._scores.lag.copy(),
        )
        return _Stretch(
            lasted_s,
            now.online,
            now.fixes - before.fixes,
            now.catches - before.catches,
            now.disconnects - before.disconnects,
            now.failed_connects - before.failed_connects,
            now.errors - before.errors,
            now.refused - before.refused,
            latencies.fix.roll(),
            latencies.reveal.roll(),
            latencies.catch.roll(),
            now.lag.since(before.lag),
        )

    def _halve(self) -> None:
        for first, second in zip(self._stretches[::2], self._stretches[1::2], strict=True):
            first.absorb(second)
        del self._stretches[1::2]
        self._looks_per_stretch *= 2


def _sample(stretch: _Stretch, at_s: float) -> Sample:
    lasts_s = stretch.lasts_s or 1.0
    fix, reveal, catch = (
        latency.percentiles() for latency in (stretch.fix, stretch.reveal, stretch.catch)
    )
    return Sample(
        at_s=round(at_s, 1),
        online=stretch.online,
        fixes_per_s=round(stretch.fixes / lasts_s, 2),
        catches_per_s=round(stretch.catches / lasts_s, 2),
        refused_per_s=round(stretch.refused.total() / lasts_s, 2),
        fix_p50_ms=fix.p50,
        fix_p99_ms=fix.p99,
        reveal_p50_ms=reveal.p50,
        reveal_p99_ms=reveal.p99,
        catch_p50_ms=catch.p50,
        catch_p90_ms=catch.p90,
        catch_p99_ms=catch.p99,
        catch_max_ms=catch.max,
        refused=dict(stretch.refused),
        disconnects=stretch.disconnects,
        failed_connects=stretch.failed_connects,
        errors=stretch.errors,
        lag_p99_ms=stretch.lag.percentile(0.99),
    )
