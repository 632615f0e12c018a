"""Schedules that a slow server cannot slow.

An open-loop load starts players and sends fixes when they are due, not when the answer to the last
one came; otherwise a stalled server would be asked less and look faster than it is.
"""

import math

_TOGETHER = 40
_APART_MOST_MS = 20


class Beat:
    """Ticks at `first_s`, `first_s + period_s`, ... on the run's clock, never drifting.

    A tick that comes late does not move the later ones; ticks missed by a whole period are left
    out and counted rather than sent in a burst.
    """

    __slots__ = ("_first_s", "_number", "_period_s", "due_s")

    def __init__(self, first_s: float, period_s: float) -> None:
        self._first_s = first_s
        self._period_s = period_s
        self._number = 0
        self.due_s = first_s
        """When the next tick is due."""

    def tick(self, now_s: float) -> int:
        """Take the tick that is due and say how many before it were missed altogether."""
        late_s = now_s - self.due_s
        behind = int(late_s / self._period_s) if late_s >= self._period_s else 0
        self._number += behind + 1
        self.due_s = self._first_s + self._number * self._period_s
        return behind


def on_grid(when_s: float, apart_s: float) -> float:
    """The first time from `when_s` on that is a whole number of `apart_s`."""
    return math.ceil(when_s / apart_s) * apart_s


def grid_s(ticks_per_s: float) -> float:
    """How far apart moments are to be on which so many ticks per second are due.

    Waking up is dearer than what is then to be done: ticks that are planned for the same moment
    cost half of what they cost one by one. The last of them is late by what the others take, which
    is why they are dozens and not hundreds; it counts as late, as everywhere.
    """
    apart_ms = round(1000.0 * _TOGETHER / max(1.0, ticks_per_s))
    return min(max(apart_ms, 1), _APART_MOST_MS) / 1000.0
