"""A circuit breaker: whoever does not answer is left in peace for a while, and nobody waits for it.

Closed, calls go through. After FAILURES in a row it opens: calls fail at once. When the pause is
over one call goes through, as a trial; if that fails, the next pause is longer. No clock in here:
times are seconds of a clock that never goes back.
"""

from collections.abc import Callable

FAILURES = 3
PAUSE_S = 0.5
PAUSE_MAX_S = 4.0


class Permit:
    """Leave to make a call, and to make it again as long as the breaker is closed."""

    __slots__ = ()


class Breaker:
    """Says whether a call may be made, and is told how it went. `chance` gives 0 to 1 (jitter)."""

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance = chance
        self._failures = 0
        self._pauses = 0
        self._until_s: float | None = None
        self._trial: Permit | None = None

    @property
    def is_open(self) -> bool:
        """Whether calls fail at once (but for a trial now and then)."""
        return self._until_s is not None

    def admit(self, now_s: float) -> Permit | None:
        """Leave to make a call, or None. Who gets leave withdraws it in the end, whatever happens:
        while a trial is under way there is no other.
        """
        if self._until_s is None:
            return Permit()
        if self._trial is not None or now_s < self._until_s:
            return None
        self._trial = Permit()
        return self._trial

    def succeeded(self) -> None:
        """The service answered, whoever asked: it is back."""
        self._failures = self._pauses = 0
        self._until_s = None
        self._trial = None

    def failed(self, permit: Permit, now_s: float) -> None:
        """The service did not answer, or not as it should.

        What was asked before the breaker opened says nothing about a trial.
        """
        self._failures += 1
        if permit is self._trial or (self._until_s is None and self._failures >= FAILURES):
            pause_s = min(PAUSE_S * 2**self._pauses, PAUSE_MAX_S)
            self._until_s = now_s + pause_s * (0.75 + 0.5 * self._chance())
            self._pauses += 1
            self._trial = None

    def withdrawn(self, permit: Permit) -> None:
        """The call is over. Where nobody said how a trial went, another may be made."""
        if permit is self._trial:
            self._trial = None
