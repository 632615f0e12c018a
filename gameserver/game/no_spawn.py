"""Where no cat may be, whatever store it is of: roads, water, schools, as an operator draws them.

A GeoJSON file of polygons, lines and points; the property `radius_m` makes a feature wider by so
much on every side. The areas are in an R-tree (shapely's STRtree) by the box around each, so what
is asked of a place costs the same however many there are elsewhere.
"""

from collections.abc import Sequence
from math import cos, radians
from typing import Annotated, Any

import msgspec
import numpy as np
import shapely
from msgspec import Meta, Struct
from shapely.geometry.base import BaseGeometry

from gameserver.game.geo import METRES_PER_DEG
from gameserver.game.plane import Plane

LINE_RADIUS_M = 5.0
"""Half the width of a road that does not say how wide it is."""

POINT_RADIUS_M = 10.0

_POLAR_DEG = 85.0
"""Beyond this, what is near is looked for all around the pole."""

_ROUND_DEG = 540.0


class BadAreas(ValueError):
    """The file has no areas that can be understood; says which feature is to blame."""


class _Properties(Struct):
    radius_m: Annotated[float, Meta(ge=0, le=1000)] | None = None


class _Feature(Struct):
    geometry: msgspec.Raw
    properties: _Properties | None = None


class _File(Struct):
    features: list[_Feature]


Box = tuple[float, float, float, float]
"""West, south, east, north."""


class NoSpawn:
    """The areas of a file. Made once, then only asked."""

    def __init__(self, drawn: Sequence[BaseGeometry] = (), radii_m: Sequence[float] = ()) -> None:
        given = np.array(drawn, dtype=object)
        wide = np.array([each.bounds[2] - each.bounds[0] > 180.0 for each in drawn], dtype=bool)
        self._polar = np.zeros(len(given), dtype=bool)
        for number in np.flatnonzero(wide):
            self._polar[number] = any(map(_goes_round, shapely.get_parts(given[number])))
            if not self._polar[number]:
                given[number] = shapely.transform(given[number], _without_jumps)
        self._drawn = given
        self._radii_m = np.array(radii_m, dtype=float)
        self._tree = shapely.STRtree(self._boxes())

    def __len__(self) -> int:
        return len(self._drawn)

    def _boxes(self) -> Any:
        """The box around each area with its radius, in degrees; longitudes may go beyond 180."""
        west, south, east, north = shapely.bounds(self._drawn).reshape(-1, 4).T
        high = self._radii_m / METRES_PER_DEG
        is_north = south + north > 0.0
        south, north = south - high, north + high
        pole = np.maximum(np.abs(south), np.abs(north))
        # Around a pole, or nearly: whatever is at its height may be in it.
        self._polar |= pole > _POLAR_DEG
        south = np.where(self._polar & ~is_north, -90.0, south)
        north = np.where(self._polar & is_north, 90.0, north)
        wide = high / np.cos(np.radians(np.minimum(pole, _POLAR_DEG)))
        west = np.where(self._polar, -_ROUND_DEG, west - wide)
        east = np.where(self._polar, _ROUND_DEG, east + wide)
        return shapely.box(west, south, east, north)

    def near(self, plane: Plane, reach_m: float) -> list[BaseGeometry]:
        """What there is of the areas within `reach_m` of the plane's middle and a little beyond,
        drawn on the plane."""
        if not len(self):
            return []
        high = reach_m / METRES_PER_DEG
        south, north = plane.lat - high, plane.lat + high
        farthest = max(abs(south), abs(north))
        boxes = [(-_ROUND_DEG, south, _ROUND_DEG, north)]
        if farthest <= _POLAR_DEG:
            wide = high / cos(radians(farthest))
            turns = (plane.lon - 360.0, plane.lon, plane.lon + 360.0)
            boxes = [(lon - wide, south, lon + wide, north) for lon in turns]
        hits = self._tree.query(shapely.box(*zip(*boxes, strict=True))).T.tolist()
        found = {number: boxes[which] for which, number in hits}
        areas = [self._on(plane, number, box) for number, box in found.items()]
        return [area for area in areas if not area.is_empty]

    def _on(self, plane: Plane, number: int, around: Box) -> BaseGeometry:
        drawn, radius_m = self._drawn[number], float(self._radii_m[number])
        west, south, east, north = around
        if east - west < 360.0 and not self._polar[number]:
            # What is left of a country's lake is a corner of it; lines keep room for their width.
            high = 2.0 * radius_m / METRES_PER_DEG
            wide = high / cos(radians(_POLAR_DEG))
            box = (west - wide, south - high, east + wide, north + high)
            drawn = shapely.clip_by_rect(drawn, *box)
        area = plane.geometry(drawn)
        if radius_m > 0.0 or not area.is_valid:
            return area.buffer(radius_m, quad_segs=4)
        return area


def read_no_spawn(raw: bytes) -> NoSpawn:
    """The areas of a GeoJSON FeatureCollection, WGS-84. BadAreas."""
    try:
        features = msgspec.json.decode(raw, type=_File).features
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadAreas(f"not a GeoJSON FeatureCollection: {error}") from error
    texts = np.array([bytes(each.geometry) for each in features], dtype=object)
    drawn = shapely.force_2d(shapely.from_geojson(texts, on_invalid="ignore"))
    bounds = shapely.bounds(drawn).reshape(-1, 4)
    radii_m = []
    for number, feature in enumerate(features):
        west, south, east, north = bounds[number]
        if not west <= east:  # not a number: nothing could be read
            raise BadAreas(f"feature {number + 1} has no geometry that can be read")
        if not (-180.0 <= west <= east <= 180.0 and -90.0 <= south <= north <= 90.0):
            raise BadAreas(f"feature {number + 1} is not on earth: longitude, latitude in degrees")
        radii_m.append(_radius_m(drawn[number], feature.properties))
    return NoSpawn(drawn, radii_m)


def _radius_m(drawn: BaseGeometry, said: _Properties | None) -> float:
    if said is not None and said.radius_m is not None:
        return said.radius_m
    return _USUAL_M.get(drawn.geom_type.removeprefix("Multi"), 0.0)


_USUAL_M = {"Point": POINT_RADIUS_M, "LineString": LINE_RADIUS_M}


def _goes_round(drawn: BaseGeometry) -> bool:
    """Whether a polygon has a pole in it: its longitudes go round and do not come back."""
    if drawn.geom_type != "Polygon":
        return False
    lons = np.unwrap(shapely.get_coordinates(drawn.exterior)[:, 0], period=360.0)
    return bool(abs(lons[-1] - lons[0]) > 180.0)


def _without_jumps(corners: Any) -> Any:
    """Longitudes that go on beyond 180 where the antimeridian is crossed."""
    lons = corners[:, 0]
    turns = np.round((np.unwrap(lons, period=360.0) - lons) / 360.0)
    return np.column_stack((lons + 360.0 * turns, corners[:, 1]))  # rings must close to the bit
