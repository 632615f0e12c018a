"""What all cheaters have in common."""

from catbot.attempts import Attempt
from catbot.player import Player


class Cheater(Player):
    """Plays like anybody else but for one habit; only what that habit gains is counted."""

    def _is_counted(self, attempt: Attempt | None) -> bool:
        return self._is_foul(attempt)
