"""When which bot does what: one timer of the loop for all bots of a process.

A heap of times is a third as dear as a timer per bot, and what is due together is done together.
"""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable

_EARLY_S = 0.001  # the loop's timers fire a hair early or late
_AT_ONCE = 256  # then sockets are read again, however far behind this process is

Due = Callable[[float, float], None]


class Timetable:
    """Calls back when it is time. Times are `time.monotonic` seconds."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._due: list[tuple[float, int, Due]] = []
        self._order = itertools.count()
        self._timer: asyncio.Handle | None = None
        self._timer_s = 0.0
        self._running = False

    def __len__(self) -> int:
        return len(self._due)

    def at(self, due_s: float, call: Due) -> None:
        """Call `call(due_s, now_s)` at `due_s`, up to a millisecond early.

        There is no taking back: who changed its mind compares `due_s` with what it waits for.
        """
        heapq.heappush(self._due, (due_s, next(self._order), call))
        if not self._running and (self._timer is None or due_s < self._timer_s):
            self._set_timer(time.monotonic())

    def _set_timer(self, now_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer_s = self._due[0][0]
        wait_s = self._timer_s - now_s
        if wait_s > 0:
            self._timer = self._loop.call_later(wait_s, self._run)
        else:
            self._timer = self._loop.call_soon(self._run)

    def _run(self) -> None:
        self._timer = None
        self._running = True
        now_s = time.monotonic()
        try:
            for _ in range(_AT_ONCE):
                if not self._due or self._due[0][0] > now_s + _EARLY_S:
                    break
                due_s, _, call = heapq.heappop(self._due)
                call(due_s, now_s)
                now_s = time.monotonic()
        finally:
            self._running = False
            if self._due:
                self._set_timer(now_s)
