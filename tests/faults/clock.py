"""Time as the fault runs need it."""

import time


class Stopwatch:
    """Runs from when it is made."""

    def __init__(self) -> None:
        self._start_s = time.monotonic()

    @property
    def s(self) -> float:
        """Seconds so far."""
        return time.monotonic() - self._start_s
