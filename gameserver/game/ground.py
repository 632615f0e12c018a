"""The ground of a store's cats: its disc or area, without what no cat may be on.

It is worked out once for a plan, so a cat that comes costs the same however the ground is shaped
and however many areas there are.
"""

from bisect import bisect
from itertools import accumulate
from math import sqrt
from random import Random
from typing import NamedTuple

import shapely
from shapely.geometry.base import BaseGeometry

from gameserver.game.geo import destination, great_circle_m
from gameserver.game.model import Area, PlannedStore
from gameserver.game.no_spawn import NoSpawn
from gameserver.game.plane import Plane, Point

Place = tuple[float, float]
Triangle = tuple[Point, Point, Point]

POINT_M = 0.5
"""A ground that reaches less far is the store's own place."""

SLACK_M = 1.0
"""How far off its ground a cat may be found: more than the rounding of its coordinates."""

EDGE_M = 0.2
"""Cats are put so far from the edge, because their coordinates are rounded to 0.1 m."""

_QUARTER = 16
"""Corners of a quarter of a circle: its edge is off by 0.1 % of the radius."""


class Ground:
    """Where a store's cats may be. `is_empty` where there is no room at all."""

    __slots__ = ("_outer", "_plane", "_radius_m", "_shares", "_triangles")

    def __init__(self, plane: Plane, radius_m: float, free: BaseGeometry | None) -> None:
        """`free` is the ground on the plane; None: all within `radius_m` of its middle."""
        self._plane = plane
        self._radius_m = radius_m
        self._outer = free
        self._triangles: list[Triangle] = []
        self._shares: list[float] = []
        if free is None or free.area == 0.0:
            return
        inner = free.buffer(-EDGE_M)
        parts = shapely.constrained_delaunay_triangles(free if inner.is_empty else inner)
        self._triangles = [_corners(part) for part in shapely.get_parts(parts)]
        self._shares = list(accumulate(_area_m2(*each) for each in self._triangles))
        shapely.prepare(free)

    @property
    def is_empty(self) -> bool:
        """Whether there is no room at all."""
        return self._outer is not None and self._outer.is_empty

    def holds(self, lat: float, lon: float) -> bool:
        """Whether a cat may be at a place, or off by its rounding."""
        if self._outer is None:
            far_m = great_circle_m(lat, lon, self._plane.lat, self._plane.lon)
            return far_m <= self._radius_m * 1.01 + SLACK_M
        point = shapely.Point(self._plane.point(lat, lon))
        return bool(shapely.dwithin(self._outer, point, SLACK_M))

    def place(self, rng: Random) -> Place:
        """A place spread evenly over a ground that is not empty."""
        if self._outer is None:
            # The square root makes rings equally dense.
            turn, far_m = rng.uniform(0.0, 360.0), self._radius_m * sqrt(rng.random())
            return destination(self._plane.lat, self._plane.lon, turn, far_m)
        if not self._triangles:
            return self._plane.lat, self._plane.lon
        which = bisect(self._shares, rng.random() * self._shares[-1])
        (ax, ay), (bx, by), (cx, cy) = self._triangles[min(which, len(self._triangles) - 1)]
        along, across = sqrt(rng.random()), rng.random()
        a, b, c = 1.0 - along, along * (1.0 - across), along * across
        return self._plane.place(a * ax + b * bx + c * cx, a * ay + b * by + c * cy)

    @property
    def area_m2(self) -> float:
        """How large it is, in square metres."""
        if self._outer is None:
            return 3.1416 * self._radius_m**2
        return float(self._outer.area)


def _corners(triangle: BaseGeometry) -> Triangle:
    (ax, ay), (bx, by), (cx, cy) = shapely.get_coordinates(triangle)[:3].tolist()
    return (ax, ay), (bx, by), (cx, cy)


def _area_m2(a: Point, b: Point, c: Point) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2.0


def ground_of(place: Place, radius_m: float, area: Area | None, no_spawn: NoSpawn) -> Ground:
    """The ground around a store at a place."""
    plane = Plane(*place)
    forbidden = no_spawn.near(plane, radius_m + SLACK_M)
    if area is None and not forbidden:
        return Ground(plane, radius_m, None)
    middle = shapely.Point(0.0, 0.0)
    free = middle if radius_m < POINT_M else middle.buffer(radius_m, quad_segs=_QUARTER)
    if area is not None:
        free = free.intersection(on_plane(plane, area))
    if forbidden:
        free = free.difference(shapely.union_all(forbidden))
    return Ground(plane, radius_m, _surfaces(free))


def on_plane(plane: Plane, area: Area) -> BaseGeometry:
    """An area as it is on a plane."""
    polygons = [
        shapely.Polygon(
            [plane.point(lat, lon) for lon, lat in rings[0]],
            [[plane.point(lat, lon) for lon, lat in ring] for ring in rings[1:]],
        )
        for rings in area
    ]
    return shapely.MultiPolygon(polygons) if len(polygons) > 1 else polygons[0]


def _surfaces(drawn: BaseGeometry) -> BaseGeometry:
    """Without the lines and points that are left where surfaces only touch."""
    if drawn.geom_type != "GeometryCollection":
        return drawn
    parts = [part for part in shapely.get_parts(drawn) if part.area > 0.0]
    return shapely.union_all(parts)


class Grounds:
    """The grounds of all stores that somebody asked for, each worked out once for a plan."""

    def __init__(self, no_spawn: NoSpawn, most: int = 20_000) -> None:
        self.no_spawn = no_spawn
        self._most = most
        self._of: dict[str, tuple[_Shape, Ground]] = {}

    def of(self, store: PlannedStore) -> Ground:
        """The ground of a store that has a plan."""
        assert store.plan is not None
        shape = _Shape(store.lat, store.lon, store.plan.radius_m, store.plan.area)
        known = self._of.get(store.id)
        if known is not None and known[0] == shape:
            return known[1]
        ground = ground_of((shape.lat, shape.lon), shape.radius_m, shape.area, self.no_spawn)
        if len(self._of) >= self._most:
            self._of.pop(next(iter(self._of)))
        self._of[store.id] = (shape, ground)
        return ground


class _Shape(NamedTuple):
    """What a ground depends on. Areas that are the same object are compared at once."""

    lat: float
    lon: float
    radius_m: float
    area: Area | None
