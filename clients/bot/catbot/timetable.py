"""When which bot does what: one timer of the loop for all bots of a process.

What is due in the same millisecond stands in one row, and a heap has the milliseconds: a tenth as
dear as a timer per bot.
"""

import asyncio
import heapq
import time
from collections import deque
from collections.abc import Callable

_ROW_S = 0.001  # no loop's timers are truer than that
_ROUNDING_S = 1e-6  # whole milliseconds are rarely whole in a float
_AT_ONCE = 256  # then sockets are read again, however far behind this process is

Due = Callable[[float, float], None]


class Timetable:
    """Calls back when it is time. Times are `time.monotonic` seconds."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rows: dict[int, deque[tuple[float, Due]]] = {}
        self._next: list[int] = []  # a heap of the rows there are
        self._timer: asyncio.Handle | None = None
        self._timer_row = 0
        self._running = False

    def __len__(self) -> int:
        return sum(map(len, self._rows.values()))

    def at(self, due_s: float, call: Due) -> None:
        """Call `call(due_s, now_s)` at `due_s`, up to a millisecond early.

        There is no taking back: who changed its mind compares `due_s` with what it waits for.
        """
        number = int((due_s + _ROUNDING_S) / _ROW_S)
        row = self._rows.get(number)
        if row is not None:
            row.append((due_s, call))
            return
        self._rows[number] = deque(((due_s, call),))
        heapq.heappush(self._next, number)
        if not self._running and (self._timer is None or number < self._timer_row):
            self._set_timer(time.monotonic())

    def _set_timer(self, now_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer_row = self._next[0]
        wait_s = self._timer_row * _ROW_S - now_s
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
                if not self._next or self._next[0] * _ROW_S > now_s:
                    break
                row = self._rows[self._next[0]]
                due_s, call = row.popleft()
                if not row:
                    del self._rows[heapq.heappop(self._next)]
                call(due_s, now_s)
                now_s = time.monotonic()
        finally:
            self._running = False
            if self._next:
                self._set_timer(now_s)
