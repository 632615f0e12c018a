"""Honest players as receivers see them: through a city's sky, after a ride, from a cold start."""

import math
from random import Random

from catbot.ground import Position, moved, offset_m, somewhere_near
from catbot.player import Persona, Player
from catbot.receiver import SKIES, Receiver, Sky
from catbot.wire import Fix
from msgspec import Struct

STAND_SHARE = 0.25
"""People who wait, look and queue stand still for about so much of their time."""


class Ride(Struct, frozen=True):
    """How somebody came: for so long, at so many metres a second, seen by the phone or not."""

    lasts_s: float
    speed_mps: float
    is_seen: bool
    walks_off_s: float
    """Nobody aims at cats until so long after the ride; it takes that to leave the station."""


class Outing(Struct, frozen=True):
    """What happens to one honest player besides walking."""

    sky: Sky
    ride: Ride | None = None
    cold_m: float = 0.0
    cold_s: float = 0.0
    cold_accuracy_m: float = 0.0
    clock_set_s: float = math.inf
    """When the phone's clock is put right, seconds after the start, and by how much."""
    clock_off_ms: float = 0.0


def outing(rng: Random, sky: Sky | None = None) -> Outing:
    """A third come by train, a third open the app cold, one clock in ten is set on the way."""
    ride = None
    if rng.random() < 1 / 3:
        ride = Ride(
            lasts_s=rng.uniform(120, 900),
            speed_mps=rng.uniform(8, 35),
            is_seen=rng.random() < 0.7,
            walks_off_s=rng.uniform(20, 90),
        )
    is_cold = rng.random() < 1 / 3
    by_network = rng.random() < 0.5
    return Outing(
        sky=sky or rng.choice(SKIES),
        ride=ride,
        cold_m=(rng.uniform(50, 1_500) if by_network else rng.uniform(300, 20_000)) * is_cold,
        cold_s=rng.uniform(2, 25),
        cold_accuracy_m=rng.uniform(60, 2_000) if by_network else rng.uniform(5, 50),
        clock_set_s=rng.uniform(60, 900) if rng.random() < 0.1 else math.inf,
        clock_off_ms=rng.choice((-1, 1)) * rng.uniform(2_000, 120_000),
    )


class Honest(Player):
    """Walks, stops and goes on, with a receiver in the pocket."""

    def __init__(self, persona: Persona, day: Outing) -> None:
        super().__init__(persona)
        self._day = day
        self._receiver = Receiver(day.sky, persona.rng)
        self._age_s = 0.0
        self._step_s = 1.0
        self._stands_for_s = 0.0
        self._fixed_s = 0.0
        if day.cold_m:
            home = somewhere_near(self._walker.position, day.cold_m, persona.rng)
            self._receiver.start_cold(home, day.cold_s, day.cold_accuracy_m)
        self._angle = persona.rng.uniform(0, math.tau)

    def _move(self, dt_s: float) -> None:
        self._age_s += dt_s
        self._step_s = max(dt_s, 0.001)
        if self._is_riding or dt_s <= 0:
            return
        if self._stands_for_s > 0:
            self._stands_for_s -= dt_s
            return
        if self._rng.random() < dt_s / 40:
            self._stands_for_s = self._rng.uniform(3, 80 * STAND_SHARE)
        super()._move(dt_s)

    @property
    def _is_riding(self) -> bool:
        return self._day.ride is not None and self._age_s < self._day.ride.lasts_s

    def _position(self) -> Position | None:
        """Where the player really is; None where the app is shut."""
        ride = self._day.ride
        if ride is None or not self._is_riding:
            return self._walker.position
        left_s = ride.lasts_s - self._age_s
        if not ride.is_seen:
            return self._far(ride, left_s) if self._age_s < 5 else None
        return self._far(ride, left_s)

    def _far(self, ride: Ride, left_s: float) -> Position:
        # Trains brake for the last half minute.
        way_m = ride.speed_mps * max(0.0, left_s - 15 if left_s > 30 else left_s * left_s / 60)
        return moved(
            self._walker.position, way_m * math.cos(self._angle), way_m * math.sin(self._angle)
        )

    def _fix(self, now_s: float) -> Fix | None:
        place = self._position()
        if place is None:
            return None
        seen = self._receiver.see(place, self._step_s)
        if seen is None:
            return None
        self._here = seen.position
        self._fixed_s = now_s
        off_ms = self._day.clock_off_ms if self._age_s < self._day.clock_set_s else 0.0
        return Fix(
            lat=seen.position.lat,
            lon=seen.position.lon,
            accuracy_m=seen.accuracy_m,
            at_ms=int(self._epoch_ms + now_s * 1000 + off_ms),
        )

    def _try_something(self, now_s: float) -> None:
        assert self._rules is not None, "nobody aims before the welcome"
        if now_s - self._fixed_s > self._rules.fix_max_age_ms / 2000:
            return  # the app shows that it looks for its place
        ride = self._day.ride
        if ride is not None and self._age_s < ride.lasts_s + ride.walks_off_s:
            return
        super()._try_something(now_s)


def way_m(a: Position, b: Position) -> float:
    """Metres between two places."""
    return math.hypot(*offset_m(a, b))
