"""What all cheaters have in common."""

from catbot.attempts import Attempt
from catbot.player import Player
from catbot.wire import Refused

_PATIENCE_S = 5.0


class Cheater(Player):
    """Plays like anybody else but for one habit; only what that habit gains is counted."""

    def _is_counted(self, attempt: Attempt | None) -> bool:
        return self._is_foul(attempt)

    def _wait_s(self, refusal: Refused) -> float:
        """A script tries again, whatever it is told to wait for."""
        return min(super()._wait_s(refusal), _PATIENCE_S * self._rng.uniform(0.5, 1.5))
