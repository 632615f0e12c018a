"""Schedules that a slow server cannot slow.

An open-loop load starts players and sends fixes when they are due, not when the answer to the last
one came; otherwise a stalled server would be asked less and look faster than it is.
"""

import math


class Beat:
    """Ticks at `first_s`, `first_s + period_s`, ... on the run's clock, never drifting.

    A tick that comes late does not move the later ones; ticks missed by a whole period are left
    out and counted rather than sent in a burst.
    """

    __slots__ = ("_first_s", "_number", "_period_s")

    def __init__(self, first_s: float, period_s: float) -> None:
        self._first_s = first_s
        self._period_s = period_s
        self._number = 0

    @property
    def due_s(self) -> float:
        """When the next tick is due."""
        return self._first_s + self._number * self._period_s

    def tick(self, now_s: float) -> int:
        """Take the tick that is due and say how many before it were missed altogether."""
        behind = max(0, math.floor((now_s - self.due_s) / self._period_s))
        self._number += behind + 1
        return behind
