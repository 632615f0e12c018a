"""Time limits on others that do not count how late this process is itself.

A loop that is busy for longer than a limit comes to the timer in the same turn as to the answer
that has long been there, and a plain time-out wins. Where that gives up on something that would
have to be done again, overload makes itself worse.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

TURNS = 4
"""So many turns of the loop come between the end of a time and what follows from it: enough for
what has arrived to be read, and for those who wait for it to hear of it."""


class Alarm:
    """Calls once, TURNS turns of the loop after a time is over."""

    __slots__ = ("_call", "_handle", "_loop")

    def __init__(self, after_s: float, call: Callable[[], object]) -> None:
        self._loop = asyncio.get_running_loop()
        self._call = call
        self._handle: asyncio.Handle = self._loop.call_later(after_s, self._due, TURNS)

    def cancel(self) -> None:
        """Call no more. Safe to call twice, and when it has called."""
        self._handle.cancel()

    def _due(self, turns: int) -> None:
        if turns:
            self._handle = self._loop.call_soon(self._due, turns - 1)
        else:
            self._call()


@asynccontextmanager
async def within(after_s: float) -> AsyncIterator[None]:
    """As `asyncio.timeout`: TimeoutError where the block is not over in time, and has had TURNS
    turns of the loop since."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as scope:
        alarm = Alarm(after_s, lambda: scope.reschedule(loop.time()))
        try:
            yield
        finally:
            alarm.cancel()
