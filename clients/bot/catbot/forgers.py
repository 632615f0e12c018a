"""Cheaters who make their tracks up: with a joystick, from a tape, or all in one step.

They play with their feet up: what their phones say of where they are is false from the first fix,
so all that they try counts as cheating, once the habit shows.
"""

from collections import deque
from typing import NamedTuple

import msgspec

from catbot.attempts import Attempt
from catbot.cheater import Cheater
from catbot.ground import Position, distance_m, moved, offset_m, somewhere_near
from catbot.player import Persona
from catbot.walker import Reading
from catbot.wire import Encounter, Fix, ServerMessage

_ACCURACY_M = 5.0
_TAPE_S = 30
_LETTER_EVERY_S = 5.0
_LEAP_MS = 3_600_000


class Joystick(Cheater):
    """Glides in straight lines at a constant speed, from cat to cat, and never shakes."""

    accuracy_m = _ACCURACY_M

    def __init__(self, persona: Persona) -> None:
        super().__init__(persona)
        self._place = persona.walker.position
        self._goal = self._place
        self._speed_mps = 1.2 + 2.0 * persona.rng.random()
        self._steps = 0

    def _move(self, dt_s: float) -> None:
        if self._target is not None:
            self._goal = Position(self._target.lat, self._target.lon)
        elif distance_m(self._place, self._goal) < 1.0:
            self._goal = self._places.goal(self._place, self._rng)
        north_m, east_m = offset_m(self._place, self._goal)
        far_m = distance_m(self._place, self._goal)
        if dt_s <= 0 or far_m < 0.01:
            return
        share = min(1.0, self._speed_mps * dt_s / far_m)
        self._place = moved(self._place, north_m * share, east_m * share)
        self._steps += 1

    def _fix(self, now_s: float) -> Fix | None:
        self._here = self._place
        return Fix(
            lat=self._place.lat,
            lon=self._place.lon,
            accuracy_m=self.accuracy_m,
            at_ms=int(self._epoch_ms + now_s * 1000),
        )

    def _is_foul(self, attempt: Attempt | None) -> bool:
        return self._steps > 0


class Sure(Joystick):
    """A joystick that claims to know its place to the metre."""

    accuracy_m = 1.0


class Clock(Cheater):
    """Walks, but makes its times up: from the future, and out of their order."""

    _fixes = 0

    def _fix(self, now_s: float) -> Fix | None:
        fix = super()._fix(now_s)
        assert fix is not None, "this receiver sees the sky"
        self._fixes += 1
        leap_ms = self._rng.randrange(-_LEAP_MS, 2 * _LEAP_MS)
        return msgspec.structs.replace(fix, at_ms=fix.at_ms + leap_ms)

    def _is_foul(self, attempt: Attempt | None) -> bool:
        return self._fixes > 1


class Tape:
    """A walk as a phone reported it, for others to play."""

    def __init__(self) -> None:
        self.readings: list[Reading] = []

    @property
    def is_full(self) -> bool:
        """Whether it is long enough to be played."""
        return len(self.readings) >= _TAPE_S


class TapePlayer(Cheater):
    """Plays a walk that was recorded before, by another; the first ones record theirs."""

    def __init__(self, persona: Persona, tapes: list[Tape]) -> None:
        super().__init__(persona)
        self._tapes = tapes
        self._own: Tape | None = None
        self._played: Tape | None = next((tape for tape in tapes if tape.is_full), None)
        self._at = 0
        if self._played is None:
            self._own = Tape()
            tapes.append(self._own)

    def _fix(self, now_s: float) -> Fix | None:
        reading = self._next()
        self._here = reading.position
        return Fix(
            lat=reading.position.lat,
            lon=reading.position.lon,
            accuracy_m=reading.accuracy_m,
            at_ms=int(self._epoch_ms + now_s * 1000),
        )

    def _next(self) -> Reading:
        if self._played is None:
            assert self._own is not None, "who plays nothing records"
            reading = self._walker.reading()
            self._own.readings.append(reading)
            if self._own.is_full:
                full = [tape for tape in self._tapes if tape.is_full]
                self._played = self._rng.choice(full)
            return reading
        reading = self._played.readings[self._at % _TAPE_S]
        self._at += 1
        return reading

    def _is_foul(self, attempt: Attempt | None) -> bool:
        return self._played is not None and self._at > 0


class Letter(NamedTuple):
    """A ticket as it was overheard, and whose it is."""

    cat: str
    ticket: str
    owner: "LetterThief"


class LetterThief(Cheater):
    """Overhears others' tickets, and throws with them instead of going there."""

    def __init__(self, persona: Persona, letters: deque[Letter]) -> None:
        super().__init__(persona)
        self._letters = letters
        self._next_s = 0.0

    def hear(self, message: ServerMessage, now_s: float) -> None:
        if isinstance(message, Encounter):
            self._letters.append(Letter(message.cat, message.ticket, self))
        super().hear(message, now_s)

    def _try_something(self, now_s: float) -> None:
        stolen = [letter for letter in self._letters if letter.owner is not self]
        if stolen and now_s >= self._next_s:
            self._next_s = now_s + _LETTER_EVERY_S
            letter = self._rng.choice(stolen)
            self._stolen = letter.ticket
            self._throw(letter.cat, letter.ticket, now_s)
        else:
            super()._try_something(now_s)

    _stolen = ""

    def _is_foul(self, attempt: Attempt | None) -> bool:
        return attempt is not None and attempt.catch.ticket == self._stolen


class Troop:
    """Accounts that one hand moves: the first of them walks, the others do what it does."""

    def __init__(self) -> None:
        self.leader: Marcher | None = None
        self.reading: Reading | None = None
        self.marchers = 0


class Marcher(Cheater):
    """One of many accounts in step with each other, each at most `shift_m` beside the first."""

    def __init__(self, persona: Persona, troop: Troop, shift_m: float) -> None:
        super().__init__(persona)
        self._troop = troop
        troop.marchers += 1
        if troop.leader is None:
            troop.leader = self
        beside = somewhere_near(Position(0.0, 0.0), shift_m, persona.rng)
        self._shift = (beside.lat, beside.lon) if shift_m else (0.0, 0.0)

    def _fix(self, now_s: float) -> Fix | None:
        troop = self._troop
        if troop.leader is self or troop.reading is None:
            troop.reading = self._walker.reading()
        reading = troop.reading
        here = reading.position
        self._here = Position(here.lat + self._shift[0], here.lon + self._shift[1])
        return Fix(
            lat=self._here.lat,
            lon=self._here.lon,
            accuracy_m=reading.accuracy_m,
            at_ms=int(self._epoch_ms + now_s * 1000),
        )

    def _is_foul(self, attempt: Attempt | None) -> bool:
        return self._troop.marchers > 1
