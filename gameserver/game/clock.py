"""What a phone's clock says of how long its fixes took, although nobody knows what it is set to.

Only differences count. The quickest delivery stands for one that took no time, and every other one
is late by what it took longer. That holds while the clock runs on; a clock that is set while the
player walks makes everything look late, or the quickest delivery too quick, from then on:

- Set forward: a delivery is quicker than any before. It is the new measure.
- Set back: a fix seems to be taken before the one that came before it. On one connection fixes come
  in their order, so no queue does that; the clock starts anew.
- Set back during a pause, by less than the pause: nothing tells this from a queue at first. But a
  queue runs dry, so after STEADY_MS of nothing but late fixes the quickest of them is the measure.
"""

from collections import deque
from math import inf

LEAP_MS = 15_000.0
"""A fix that is later than this is old; one that is quicker by this came from another clock."""

BACK_MS = 1_000.0
STEADY_MS = 8_000
SETS_KEPT = 8


class PhoneClock:
    """The clock of one player's phone, heard through its fixes.

    `quickest_ms` is the quickest delivery, `said_ms` what the clock said last. A fix that is late
    by 0 to `calm_ms`, and not from before the last one, tells nothing new.
    """

    __slots__ = ("_behind_since_ms", "_least_ms", "calm_ms", "quickest_ms", "said_ms", "sets")

    def __init__(self) -> None:
        self.sets: deque[int] = deque(maxlen=SETS_KEPT)
        """When the clock was set, by the server's clock; the last few times."""
        self.new_session()

    def new_session(self) -> None:
        """Perhaps another phone: what its clock says is not held against the last one's."""
        self.quickest_ms = inf
        self.said_ms = -inf
        self.calm_ms = LEAP_MS
        self._behind_since_ms = 0
        self._least_ms = inf

    def hear(self, at_ms: float, now_ms: int) -> float:
        """How many ms later than the quickest fix this one is, which was taken at `at_ms`."""
        took_ms = now_ms - at_ms
        late_ms = took_ms - self.quickest_ms
        goes_on = at_ms >= self.said_ms - BACK_MS
        self.said_ms = at_ms
        if goes_on and 0.0 <= late_ms <= LEAP_MS:
            self.calm_ms = LEAP_MS
            return late_ms
        if goes_on and late_ms > LEAP_MS:
            return self._behind(took_ms, now_ms)
        if self.quickest_ms < inf and (late_ms < -LEAP_MS or not goes_on):
            self.sets.append(now_ms)
        return self._measure_by(took_ms)

    def _measure_by(self, took_ms: float) -> float:
        self.quickest_ms = took_ms
        self.calm_ms = LEAP_MS
        return 0.0

    def _behind(self, took_ms: float, now_ms: int) -> float:
        """A queue, or a clock that was set back: which of the two, time tells."""
        if self.calm_ms > 0.0:
            self.calm_ms = -1.0  # until further notice every fix tells something
            self._behind_since_ms, self._least_ms = now_ms, took_ms
        self._least_ms = min(self._least_ms, took_ms)
        if now_ms - self._behind_since_ms < STEADY_MS:
            return took_ms - self.quickest_ms
        self.sets.append(now_ms)
        self._measure_by(self._least_ms)
        return took_ms - self._least_ms
