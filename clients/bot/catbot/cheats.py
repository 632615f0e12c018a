"""Ways to cheat, one small class each; `STRATEGIES` names them all.

A cheater plays like anybody else but for one habit. What the server says to cheaters is counted
apart from the honest players, so a run shows both that cheats fail and what honest players feel.
To add one: derive from Player, change a habit, enter it in the table.
"""

import math
from collections import deque
from collections.abc import Callable

from catbot.attempts import Attempt, Throwing
from catbot.cheater import Cheater
from catbot.forgers import (
    Clock,
    Joystick,
    Letter,
    LetterThief,
    Marcher,
    Sure,
    Tape,
    TapePlayer,
    Troop,
)
from catbot.ground import distance_m
from catbot.player import Persona, Player
from catbot.wire import Cats, Fix, ServerMessage

_HOP_S = 20.0
_VAGUE_S = 8.0
_DRIVING_MPS = 20.0
_DRIVE_MEMORY_S = 120.0
_DRIVEN_M = 100.0
_KNOWN_CATS = 1_000


class Teleporter(Cheater):
    """Is at another store every twenty seconds."""

    def __init__(self, persona: Persona) -> None:
        super().__init__(persona)
        self._since_hop_s = 0.0
        self._has_hopped = False

    def _move(self, dt_s: float) -> None:
        self._since_hop_s += dt_s
        if self._since_hop_s >= _HOP_S:
            self._since_hop_s = 0.0
            self._has_hopped = True
            self._walker.jump(self._places.start(20.0, self._rng))
        super()._move(dt_s)

    def _is_foul(self, attempt: Attempt | None) -> bool:
        return self._has_hopped


class Vague(Teleporter):
    """Excuses its hops by an accuracy of 5 km, until it is there."""

    def _fix(self, now_s: float) -> Fix | None:
        fix = super()._fix(now_s)
        if fix is None or self._since_hop_s > _VAGUE_S or not self._has_hopped:
            return fix
        return Fix(fix.lat, fix.lon, 5_000.0, fix.at_ms)


class Driver(Cheater):
    """Hunts from a car, at 20 m/s."""

    def __init__(self, persona: Persona) -> None:
        super().__init__(persona)
        self._walker.speed_mps = _DRIVING_MPS
        self._way_m = 0.0

    def _move(self, dt_s: float) -> None:
        before = self._walker.position
        super()._move(dt_s)
        # What was driven in the last minutes: all that is caught then was driven to.
        driven_m = distance_m(before, self._walker.position)
        self._way_m = self._way_m * math.exp(-dt_s / _DRIVE_MEMORY_S) + driven_m

    def _is_foul(self, attempt: Attempt | None) -> bool:
        return self._way_m > _DRIVEN_M


class Mocker(Cheater):
    """Runs an app that fakes its location, which the phone admits."""

    def _fix(self, now_s: float) -> Fix:
        honest = super()._fix(now_s)
        assert honest is not None, "this receiver sees the sky"
        return Fix(honest.lat, honest.lon, honest.accuracy_m, honest.at_ms, mock=True)

    def _is_foul(self, attempt: Attempt | None) -> bool:
        return True


class Hasty(Cheater):
    """Throws the moment a ticket comes, as no thumb can."""

    def _throw_delay_s(self, aim_min_s: float) -> float:
        return 0.0

    def _is_foul(self, attempt: Attempt | None) -> bool:
        return attempt is not None


class Replayer(Cheater):
    """Uses every ticket a second time, on the next cat or on the same."""

    def __init__(self, persona: Persona) -> None:
        super().__init__(persona)
        self._used = ""  # the last ticket that was thrown once

    def _answered(self, attempt: Attempt, now_s: float) -> None:
        ticket = attempt.catch.ticket
        if ticket == self._used or not self.settled or self._resting:
            return
        self._used = ticket
        other = self._view.nearest(self._here)
        self._throw(attempt.catch.cat if other is None else other.id, ticket, now_s)
        assert isinstance(self._doing, Throwing)
        self._doing.attempt.is_replay = True

    def _is_foul(self, attempt: Attempt | None) -> bool:
        return attempt is not None and attempt.is_replay


class Unseen(Cheater):
    """Goes for cats that others saw and it did not, with an aim or with a forged ticket."""

    def __init__(self, persona: Persona, gossip: deque[str]) -> None:
        super().__init__(persona)
        self._gossip = gossip
        self._seen: deque[str] = deque(maxlen=_KNOWN_CATS)

    def hear(self, message: ServerMessage, now_s: float) -> None:
        super().hear(message, now_s)
        if isinstance(message, Cats):
            ids = [cat.id for cat in message.appear]
            self._gossip.extend(ids)
            self._seen.extend(ids)

    def _try_something(self, now_s: float) -> None:
        elsewhere = [cat for cat in self._gossip if cat not in self._view.cats]
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

    def _is_foul(self, attempt: Attempt | None) -> bool:
        return attempt is None or attempt.catch.cat not in self._seen


Strategy = Callable[[Persona], Player]


def strategies() -> dict[str, Strategy]:
    """Every way to cheat by its name. Those of one call share what they have heard and recorded."""
    gossip: deque[str] = deque(maxlen=_KNOWN_CATS)
    tapes: list[Tape] = []
    letters: deque[Letter] = deque(maxlen=_KNOWN_CATS)
    troop, shifted = Troop(), Troop()
    return {
        "teleport": Teleporter,
        "driver": Driver,
        "unseen": lambda persona: Unseen(persona, gossip),
        "replayer": Replayer,
        "mock": Mocker,
        "hasty": Hasty,
        "joystick": Joystick,
        "sure": Sure,
        "vague": Vague,
        "clock": Clock,
        "tape": lambda persona: TapePlayer(persona, tapes),
        "letters": lambda persona: LetterThief(persona, letters),
        "lockstep": lambda persona: Marcher(persona, troop, 0.0),
        "shifted": lambda persona: Marcher(persona, shifted, 4.0),
    }
