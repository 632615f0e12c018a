"""A person on foot with a phone: where they are, and where the phone says they are.

Pure: time comes in as `dt_s` and chance as a seeded `Random`.
"""

import math
from random import Random

import msgspec

from catbot.ground import (
    METRES_PER_DEGREE,
    Position,
    degrees_per_m,
    distance_m,
    offset_m,
    somewhere_near,
)

_PACE_SPREAD = 0.1  # people do not keep an exact pace
_NOISE_M = 3.0  # a phone under open sky
# Errors of positioning drift, they do not jump: what a second leaves of the last error.
_NOISE_MEMORY = 0.95
_GAITS = 1024  # after so many seconds all repeats itself; the table has to stay in a core's cache
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


def _gaits() -> tuple[tuple[float, float, float, float], ...]:
    """Second by second: how many degrees too far north and metres too far east a phone says it is,
    the accuracy that it claims, and how many times its usual pace its owner walks. The last second
    goes over into the first.

    The error is a first-order Gauss-Markov process: its spread stays _NOISE_M for ever.
    """
    rng = Random(0)
    fresh_m = _NOISE_M * math.sqrt(1 - _NOISE_MEMORY**2)
    draws_m = [(rng.gauss(0, fresh_m), rng.gauss(0, fresh_m)) for _ in range(_GAITS)]
    north_m = east_m = 0.0
    gaits = []
    for fresh_north_m, fresh_east_m in draws_m * 2:  # after one round the start is forgotten
        north_m = north_m * _NOISE_MEMORY + fresh_north_m
        east_m = east_m * _NOISE_MEMORY + fresh_east_m
        accuracy_m = round(4.0 + math.hypot(north_m, east_m), 1)
        pace = 1.0 + rng.uniform(-_PACE_SPREAD, _PACE_SPREAD)
        gaits.append((north_m / METRES_PER_DEGREE, east_m, accuracy_m, pace))
    return tuple(gaits[_GAITS:])


_TABLE = _gaits()


class Walker:
    """Walks at a human pace towards what it is told, or from goal to goal.

    What does not change on the way to a goal is worked out when setting out, since a walker of a
    thousand must cost next to nothing a step. Chance is drawn once: where in the table of gaits one
    begins, which second error is added to the first, and how far and to which side they go. Without
    that the errors of all would be copies of each other, which no two phones' are, and for which
    servers look.
    """

    __slots__ = (
        "_behind",
        "_gait",
        "_goal",
        "_heading_deg",
        "_heads_for",
        "_left_m",
        "_lon_per_m",
        "_per_m",
        "_places",
        "_rng",
        "_speed_mps",
        "_sway",
        "position",
        "speed_mps",
    )

    def __init__(self, position: Position, speed_mps: float, places: Places, rng: Random) -> None:
        self.position = position
        self.speed_mps = speed_mps
        self._places = places
        self._rng = rng
        self._goal: Position | None = None
        self._gait = rng.randrange(_GAITS)
        self._behind = rng.randrange(1, _GAITS)
        self._sway = _sway(rng), _sway(rng)
        self._speed_mps = 0.0
        self._heads_for: Position | None = None
        self._left_m = 0.0
        self._per_m = (0.0, 0.0)  # degrees of latitude and longitude
        self._heading_deg = 0.0
        self._lon_per_m = degrees_per_m(position.lat)

    def step(self, dt_s: float, target: Position | None = None) -> None:
        """Walk for `dt_s` seconds: to `target` and no further, or else to the next goal."""
        goal = target or self._goal or self._places.goal(self.position, self._rng)
        if goal is not self._heads_for and goal != self._heads_for:
            self._set_out(goal)
        way_m = self.speed_mps * _TABLE[self._gait][3] * dt_s
        if way_m < self._left_m:
            self._left_m -= way_m
            here, (north, east) = self.position, self._per_m
            self.position = Position(here.lat + north * way_m, _wrapped(here.lon + east * way_m))
        else:
            way_m, self._left_m = self._left_m, 0.0
            self.position = goal
        self._speed_mps = way_m / dt_s if dt_s else 0.0
        if target is None:
            self._goal = goal if self._left_m else None
        self._gait = (self._gait + 1) % _GAITS

    def jump(self, position: Position) -> None:
        """Be elsewhere at once, as nobody on foot is."""
        self.position = position
        self._goal = self._heads_for = None
        self._lon_per_m = degrees_per_m(position.lat)

    def reading(self) -> Reading:
        """What the phone says now: the position with its drifting error."""
        north, east_m, accuracy_m, _ = _TABLE[self._gait]
        more_north, more_east_m, more_m, _ = _TABLE[self._gait - self._behind]
        here, (sway_north, sway_east) = self.position, self._sway
        # 0.8 and 0.6: two independent errors that spread together as one does.
        north = (0.8 * north + 0.6 * more_north) * sway_north
        east_m = (0.8 * east_m + 0.6 * more_east_m) * sway_east
        lon = here.lon + east_m * self._lon_per_m
        return Reading(
            Position(here.lat + north, _wrapped(lon)),
            # Not by round(), which takes a microsecond for what it makes of all those digits.
            int(8.0 * accuracy_m + 6.0 * more_m + 0.5) / 10.0,
            int(100.0 * self._speed_mps + 0.5) / 100.0,
            self._heading_deg,
        )

    def _set_out(self, goal: Position) -> None:
        here = self.position
        north_m, east_m = offset_m(here, goal)
        self._heads_for, self._left_m = goal, math.hypot(north_m, east_m)
        if self._left_m:
            east_deg = (goal.lon - here.lon + 180) % 360 - 180
            self._per_m = (goal.lat - here.lat) / self._left_m, east_deg / self._left_m
            self._heading_deg = round(math.degrees(math.atan2(east_m, north_m)) % 360, 1)
        self._lon_per_m = degrees_per_m(here.lat)


def _wrapped(lon: float) -> float:
    return lon if -180.0 <= lon < 180.0 else (lon + 180.0) % 360.0 - 180.0


def _sway(rng: Random) -> float:
    return rng.choice((-1.0, 1.0)) * rng.uniform(0.8, 1.2)
