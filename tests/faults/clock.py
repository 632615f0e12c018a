"""Time as the fault runs need it."""

import asyncio
import signal
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Stopwatch:
    """Runs from when it is made."""

    def __init__(self) -> None:
        self._start_s = time.monotonic()

    @property
    def s(self) -> float:
        """Seconds so far."""
        return time.monotonic() - self._start_s


async def until_told_to_stop(work: Coroutine[Any, Any, T]) -> T:
    """Do the work; SIGTERM and SIGINT cancel it, so that it can tidy up."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    return await task
