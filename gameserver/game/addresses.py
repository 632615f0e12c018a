"""Addresses from which many accounts make the same steps.

An address says nothing by itself: offices, trains and whole carriers share one. But where several
of its players were found in one step, the next one to come is looked at for some seconds before
anything is given away; until then a track is too short to say anything.
"""

from collections import OrderedDict

from gameserver.game.signals import Doubt

PLAYERS_MIN = 3
SUSPECT_MS = 600_000
LOOK_MS = 20_000
KEPT = 4_096


class Addresses:
    """The addresses of one process's players who were found in one step."""

    def __init__(self) -> None:
        self._found: OrderedDict[str, dict[str, int]] = OrderedDict()

    def suspect(self, address: str, player: str, now_ms: int) -> None:
        """A player of this address makes the same steps as somebody else."""
        players = self._found.setdefault(address, {})
        players[player] = now_ms
        self._found.move_to_end(address)
        if len(self._found) > KEPT:
            self._found.popitem(last=False)

    def newcomer(self, address: str, now_ms: int) -> Doubt | None:
        """What is held against a player who comes from there now, for a moment."""
        players = self._found.get(address)
        if players is None:
            return None
        for player in [p for p, at_ms in players.items() if now_ms - at_ms > SUSPECT_MS]:
            del players[player]
        if len(players) < PLAYERS_MIN:
            return None
        said = f"{len(players)} players of this address in one step"
        return Doubt("address", 0.85, now_ms, now_ms + LOOK_MS, said)
