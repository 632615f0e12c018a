"""A person on foot with a phone: where they are, and where the phone says they are.

Pure: time comes in as `dt_s` and chance as a seeded `Random`.
"""

import math
from random import Random

import msgspec

from catbot.ground import Position, distance_m, moved, offset_m, somewhere_near

_PACE_SPREAD = 0.1  # people do not keep an exact pace
_NOISE_M = 3.0  # a phone under open sky
# Errors of positioning drift, they do not jump: what a second leaves of the last error.
_NOISE_MEMORY = 0.95
_NEIGHBOURHOOD_M = 1_000.0
_STROLL_M = 300.0


class Reading(msgspec.Struct, frozen=True):
    """What the phone shows: a position, how sure it is, and how it moves."""

    position: Position
    accuracy_m: float
    speed_mps: float
    heading_deg: float


class Places(msgspec.Struct, frozen=True):
    """Where a game is played: a disc and the stores in it (there may be none)."""

    centre: Position
    radius_m: float
    stores: tuple[Position, ...] = ()

    def start(self, near_m: float, rng: Random) -> Position:
        """Where a player starts: within `near_m` of a store, or anywhere where none is known."""
        if self.stores:
            return somewhere_near(rng.choice(self.stores), near_m, rng)
        return somewhere_near(self.centre, self.radius_m, rng)

    def goal(self, here: Position, rng: Random) -> Position:
        """Somewhere to stroll to: a store in walking distance, else a point not far off.

        Whoever strayed outside the disc turns back towards its centre.
        """
        if distance_m(here, self.centre) > self.radius_m + _NEIGHBOURHOOD_M:
            return somewhere_near(self.centre, self.radius_m, rng)
        near = [store for store in self.stores if distance_m(here, store) <= _NEIGHBOURHOOD_M]
        if near:
            return somewhere_near(rng.choice(near), 50.0, rng)
        return somewhere_near(here, _STROLL_M, rng)


class Walker:
    """Walks at a human pace towards what it is told, or from goal to goal."""

    def __init__(self, position: Position, speed_mps: float, places: Places, rng: Random) -> None:
        self.position = position
        self.speed_mps = speed_mps
        self._places = places
        self._rng = rng
        self._goal: Position | None = None
        self._error_m = (rng.gauss(0, _NOISE_M), rng.gauss(0, _NOISE_M))
        self._moved_m = (0.0, 0.0)
        self._dt_s = 1.0

    def step(self, dt_s: float, target: Position | None = None) -> None:
        """Walk for `dt_s` seconds: to `target` and no further, or else to the next goal."""
        goal = target or self._goal or self._places.goal(self.position, self._rng)
        north_m, east_m = offset_m(self.position, goal)
        way_m = math.hypot(north_m, east_m)
        pace_mps = self.speed_mps * (1 + self._rng.uniform(-_PACE_SPREAD, _PACE_SPREAD))
        share = min(1.0, pace_mps * dt_s / way_m) if way_m else 1.0
        self._moved_m = north_m * share, east_m * share
        self._dt_s = dt_s
        self.position = moved(self.position, *self._moved_m)
        if target is None:
            self._goal = None if share >= 1.0 else goal
        self._drift()

    def jump(self, position: Position) -> None:
        """Be elsewhere at once, as nobody on foot is."""
        self.position = position
        self._goal = None

    def reading(self) -> Reading:
        """What the phone says now: the position with its drifting error."""
        north_m, east_m = self._moved_m
        return Reading(
            position=moved(self.position, *self._error_m),
            accuracy_m=round(4.0 + math.hypot(*self._error_m), 1),
            speed_mps=round(math.hypot(north_m, east_m) / self._dt_s, 2) if self._dt_s else 0.0,
            heading_deg=round(math.degrees(math.atan2(east_m, north_m)) % 360, 1),
        )

    def _drift(self) -> None:
        # A first-order Gauss-Markov process: its spread stays _NOISE_M for ever.
        fresh_m = _NOISE_M * math.sqrt(1 - _NOISE_MEMORY**2)
        north_m, east_m = self._error_m
        self._error_m = (
            north_m * _NOISE_MEMORY + self._rng.gauss(0, fresh_m),
            east_m * _NOISE_MEMORY + self._rng.gauss(0, fresh_m),
        )
