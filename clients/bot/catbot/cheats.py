"""Ways to cheat, one small class each; `STRATEGIES` names them all.

A cheater plays like anybody else but for one habit. What the server says to cheaters is counted
apart from the honest players, so a run shows both that cheats fail and what honest players feel.
To add one: derive from Player, change a habit, enter it in the table.
"""

from collections import deque
from collections.abc import Callable

from catbot.attempts import Attempt
from catbot.player import Persona, Player
from catbot.wire import Cats, Fix, ServerMessage

_HOP_S = 20.0
_DRIVING_MPS = 20.0
_MAX_REPLAYS_AT_ONCE = 1
_KNOWN_CATS = 1_000


class Teleporter(Player):
    """Is at another store every twenty seconds."""

    def __init__(self, persona: Persona) -> None:
        super().__init__(persona)
        self._since_hop_s = 0.0

    def _move(self, dt_s: float) -> None:
        self._since_hop_s += dt_s
        if self._since_hop_s >= _HOP_S:
            self._since_hop_s = 0.0
            self._walker.jump(self._places.start(20.0, self._rng))
        super()._move(dt_s)


class Driver(Player):
    """Hunts from a car, at 20 m/s."""

    def __init__(self, persona: Persona) -> None:
        super().__init__(persona)
        self._walker.speed_mps = _DRIVING_MPS


class Mocker(Player):
    """Runs an app that fakes its location, which the phone admits."""

    def _fix(self, now_s: float) -> Fix:
        honest = super()._fix(now_s)
        return Fix(honest.lat, honest.lon, honest.accuracy_m, honest.at_ms, mock=True)


class Hasty(Player):
    """Throws the moment a ticket comes, as no thumb can."""

    def _throw_delay_s(self, aim_min_s: float) -> float:
        return 0.0


class Replayer(Player):
    """Uses every ticket a second time, on the next cat or on the same."""

    def __init__(self, persona: Persona) -> None:
        super().__init__(persona)
        self._replays = 0

    def _answered(self, attempt: Attempt, now_s: float) -> None:
        if not self.settled or self._resting or self._replays >= _MAX_REPLAYS_AT_ONCE:
            self._replays = 0
            return
        self._replays += 1
        other = self._choose()
        cat = attempt.catch.cat if other is None else other.id
        self._throw(cat, attempt.catch.ticket, now_s)


class Unseen(Player):
    """Goes for cats that others saw and it did not, with an aim or with a forged ticket."""

    def __init__(self, persona: Persona, gossip: deque[str]) -> None:
        super().__init__(persona)
        self._gossip = gossip

    def hear(self, message: ServerMessage, now_s: float) -> None:
        super().hear(message, now_s)
        if isinstance(message, Cats):
            self._gossip.extend(cat.id for cat in message.appear)

    def _try_something(self, now_s: float) -> None:
        elsewhere = [cat for cat in self._gossip if cat not in self._visible]
        if elsewhere:
            cat = self._rng.choice(elsewhere)
        elif self._gossip:
            cat = f"{self._gossip[-1][:-4]}none"  # nobody ever saw this one
        else:
            return
        if self._rng.random() < 0.5:
            self._aim(cat, now_s)
        else:
            self._throw(cat, f"{self._rng.getrandbits(64):x}", now_s)


Strategy = Callable[[Persona], Player]


def strategies() -> dict[str, Strategy]:
    """Every way to cheat by its name. Those of one call share what they have heard."""
    gossip: deque[str] = deque(maxlen=_KNOWN_CATS)
    return {
        "teleport": Teleporter,
        "driver": Driver,
        "unseen": lambda persona: Unseen(persona, gossip),
        "replayer": Replayer,
        "mock": Mocker,
        "hasty": Hasty,
    }
