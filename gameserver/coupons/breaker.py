"""A circuit breaker: whoever does not answer is left in peace for a while, and nobody waits for it.

Closed, calls go through. After FAILURES in a row it opens: calls fail at once. When the pause is
over one call goes through, as a trial; if that fails, the next pause is longer. No clock in here:
times are seconds of a clock that never goes back.
"""

from collections.abc import Callable

FAILURES = 3
PAUSE_S = 0.5
PAUSE_MAX_S = 4.0


class Breaker:
    """Says whether a call may be made, and is told how it went. `chance` gives 0 to 1 (jitter)."""

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance = chance
        self._failures = 0
        self._pauses = 0
        self._until_s: float | None = None
        self._on_trial = False

    @property
    def is_open(self) -> bool:
        """Whether calls fail at once (but for a trial now and then)."""
        return self._until_s is not None

    def admits(self, now_s: float) -> bool:
        """Whether a call may be made. Who gets True says how it went, whatever happens."""
        if self._until_s is None:
            return True
        if self._on_trial or now_s < self._until_s:
            return False
        self._on_trial = True
        return True

    def succeeded(self) -> None:
        """The service answered."""
        self._failures = self._pauses = 0
        self._until_s = None
        self._on_trial = False

    def failed(self, now_s: float) -> None:
        """The service did not answer, or not as it should."""
        self._failures += 1
        if self._on_trial or (self._until_s is None and self._failures >= FAILURES):
            pause_s = min(PAUSE_S * 2**self._pauses, PAUSE_MAX_S)
            self._until_s = now_s + pause_s * (0.75 + 0.5 * self._chance())
            self._pauses += 1
            self._on_trial = False

    def withdrawn(self) -> None:
        """The caller went away before it was known how it went."""
        self._on_trial = False
