"""What bots counted in the last seconds, beside what they counted in all."""

from collections import deque

import msgspec

from catbot.histogram import Histogram, Percentiles
from catbot.scores import Scores

_TREND = 24

TIMED = ("arrival", "fix", "reveal", "catch", "coupon")
"""The latencies of honest players that are worth watching."""


class Snapshot(msgspec.Struct, frozen=True):
    """The counts at one moment."""

    at_s: float
    counts: dict[str, int]
    times: dict[str, Histogram]


class Recent:
    """The last `span_s` seconds of a run; `look` tells it when a moment has passed."""

    def __init__(self, scores: Scores, span_s: float) -> None:
        self._scores = scores
        self._span_s = span_s
        self._snapshots = deque([_snapshot(scores, 0.0)])
        self.players: deque[float] = deque(maxlen=_TREND)
        self.fixes: deque[float] = deque(maxlen=_TREND)
        self.catches: deque[float] = deque(maxlen=_TREND)
        """How players, fixes and catches per second went, a value per look."""

    def look(self, at_s: float) -> None:
        """Take in what was counted until `at_s`, seconds since the start."""
        before = self._snapshots[-1]
        self._snapshots.append(_snapshot(self._scores, at_s))
        while len(self._snapshots) > 2 and self._snapshots[1].at_s <= at_s - self._span_s:
            self._snapshots.popleft()
        lasted_s = at_s - before.at_s
        if lasted_s > 0:
            counts = self._snapshots[-1].counts
            self.players.append(self._scores.honest.online)
            self.fixes.append((counts["fixes"] - before.counts["fixes"]) / lasted_s)
            self.catches.append((counts["catches"] - before.counts["catches"]) / lasted_s)

    def per_s(self, name: str) -> float:
        """How often a second something was counted lately."""
        first, last = self._snapshots[0], self._snapshots[-1]
        lasted_s = last.at_s - first.at_s
        return (last.counts[name] - first.counts[name]) / lasted_s if lasted_s > 0 else 0.0

    def percentiles(self, name: str) -> Percentiles:
        """How long something took lately: one of `TIMED`, or the bots' own `lag`."""
        first, last = self._snapshots[0], self._snapshots[-1]
        return last.times[name].since(first.times[name]).percentiles()


def _snapshot(scores: Scores, at_s: float) -> Snapshot:
    honest = scores.honest
    times = {name: getattr(honest.latencies, name).total.copy() for name in TIMED}
    return Snapshot(at_s, _counts(scores), {**times, "lag": scores.lag.copy()})


def _counts(scores: Scores) -> dict[str, int]:
    tally = scores.honest
    return {
        "fixes": tally.fixes,
        "catches": tally.catches,
        "coupons": tally.coupons,
        "refused": tally.refused.total(),
        "errors": tally.errors.total(),
        "disconnects": tally.disconnects.total(),
        "failed_connects": scores.failed_connects.total(),
    }
