"""How a run went over time, in a bounded number of samples."""

import msgspec

from catbot.histogram import Histogram
from catbot.tally import Tally

_MAX_SAMPLES = 240


class Sample(msgspec.Struct, frozen=True):
    """One stretch of a run, which ended `at_s` seconds after its start."""

    at_s: float
    online: int
    fixes_per_s: float
    catches_per_s: float
    refused_per_s: float
    reveal_p50_ms: float | None
    reveal_p99_ms: float | None
    catch_p50_ms: float | None
    catch_p99_ms: float | None


class _Stretch:
    __slots__ = ("catch", "catches", "fixes", "lasted_s", "online", "refused", "reveal")

    def __init__(self, lasted_s: float, online: int) -> None:
        self.lasted_s = lasted_s
        self.online = online
        self.fixes = 0
        self.catches = 0
        self.refused = 0
        self.reveal = Histogram()
        self.catch = Histogram()

    def absorb(self, later: "_Stretch") -> None:
        self.lasted_s += later.lasted_s
        self.online = later.online
        self.fixes += later.fixes
        self.catches += later.catches
        self.refused += later.refused
        self.reveal.add(later.reveal)
        self.catch.add(later.catch)


class Series:
    """Samples of one tally. However long a run is, at most 240: then two become one."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._stretches: list[_Stretch] = []
        self._looks_per_stretch = 1
        self._looks_in_last = 0
        self._fixes = self._catches = self._refused = 0

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
            at_s += stretch.lasted_s
            samples.append(_sample(stretch, at_s))
        return samples

    def _new_stretch(self, lasted_s: float) -> _Stretch:
        tally = self._tally
        refused = tally.refused.total()
        stretch = _Stretch(lasted_s, tally.online)
        stretch.fixes = tally.fixes - self._fixes
        stretch.catches = tally.catches - self._catches
        stretch.refused = refused - self._refused
        stretch.reveal = tally.latencies.reveal.roll()
        stretch.catch = tally.latencies.catch.roll()
        self._fixes, self._catches, self._refused = tally.fixes, tally.catches, refused
        return stretch

    def _halve(self) -> None:
        for first, second in zip(self._stretches[::2], self._stretches[1::2], strict=True):
            first.absorb(second)
        del self._stretches[1::2]
        self._looks_per_stretch *= 2


def _sample(stretch: _Stretch, at_s: float) -> Sample:
    lasted_s = stretch.lasted_s or 1.0
    reveal, catch = stretch.reveal.percentiles(), stretch.catch.percentiles()
    return Sample(
        at_s=round(at_s, 1),
        online=stretch.online,
        fixes_per_s=round(stretch.fixes / lasted_s, 2),
        catches_per_s=round(stretch.catches / lasted_s, 2),
        refused_per_s=round(stretch.refused / lasted_s, 2),
        reveal_p50_ms=reveal.p50,
        reveal_p99_ms=reveal.p99,
        catch_p50_ms=catch.p50,
        catch_p99_ms=catch.p99,
    )
