"""Positions on the ground and the planar sums that walking needs.

Everything is WGS-84 degrees and metres. Distances use the equirectangular projection around the
two points, which is within 0.1 % for the few hundred metres that players see.
"""

import math
from random import Random

import msgspec

METRES_PER_DEGREE = 111_195.08  # a degree of a great circle on the mean Earth (radius 6,371,009 m)
_POLE_DEG = 89.9  # nobody walks closer to a pole, where a metre is many degrees of longitude


class Position(msgspec.Struct, frozen=True):
    """A point on the ground, WGS-84 degrees; `lon` in [-180, 180)."""

    lat: float
    lon: float


def distance_m(a: Position, b: Position) -> float:
    """How far apart two near points are."""
    return math.hypot(*offset_m(a, b))


def offset_m(origin: Position, to: Position) -> tuple[float, float]:
    """How far `to` lies north and east of `origin`, in metres."""
    east_deg = (to.lon - origin.lon + 180) % 360 - 180
    shrink = math.cos(math.radians((origin.lat + to.lat) / 2))
    return (to.lat - origin.lat) * METRES_PER_DEGREE, east_deg * shrink * METRES_PER_DEGREE


def degrees_per_m(lat: float) -> float:
    """How many degrees of longitude a metre eastward is there."""
    return 1.0 / (METRES_PER_DEGREE * math.cos(math.radians(min(abs(lat), _POLE_DEG))))


def moved(origin: Position, north_m: float, east_m: float) -> Position:
    """The point so far north and east of `origin`."""
    lat = origin.lat + north_m / METRES_PER_DEGREE
    lat = min(max(lat, -_POLE_DEG), _POLE_DEG)
    shrink = math.cos(math.radians((origin.lat + lat) / 2))
    lon = origin.lon + east_m / (METRES_PER_DEGREE * shrink)
    return Position(lat, (lon + 180) % 360 - 180)


def somewhere_near(centre: Position, radius_m: float, rng: Random) -> Position:
    """A point drawn evenly from the disc of `radius_m` around `centre`."""
    reach_m = radius_m * math.sqrt(rng.random())
    angle = rng.uniform(0, math.tau)
    return moved(centre, reach_m * math.cos(angle), reach_m * math.sin(angle))
