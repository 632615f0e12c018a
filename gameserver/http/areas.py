"""The area of a spawn plan: GeoJSON polygons of the merchant's, and what can be wrong with them."""

from collections.abc import Iterator
from typing import Annotated, Any

from msgspec import Meta, Struct
from shapely.validation import explain_validity

from gameserver.game.datum import FROM_WGS84, TO_WGS84, Datum
from gameserver.game.geo import STORE_RADIUS_MAX_M, great_circle_m
from gameserver.game.ground import on_plane
from gameserver.game.model import Area, Ring
from gameserver.game.plane import Plane
from gameserver.http.errors import Problem, invalid

CORNERS_MAX = 1_000
"""In all rings together."""

AREA_MIN_M2 = 4.0

PLACE_DIGITS = 7
"""About a centimetre."""

Degrees = Annotated[float, Meta(ge=-180, le=180)]
Position = Annotated[list[Degrees], Meta(min_length=2, max_length=3)]
Corners = Annotated[list[Position], Meta(min_length=4, max_length=CORNERS_MAX)]
Rings = Annotated[list[Corners], Meta(min_length=1, max_length=50)]


class Polygon(Struct, frozen=True, tag_field="type", tag="Polygon"):
    """GeoJSON: an outer ring, then holes; positions are [longitude, latitude]."""

    coordinates: Rings


class MultiPolygon(Struct, frozen=True, tag_field="type", tag="MultiPolygon"):
    """GeoJSON: several polygons."""

    coordinates: Annotated[list[Rings], Meta(min_length=1, max_length=20)]


Drawn = Polygon | MultiPolygon


def told(lat: float, lon: float, datum: Datum) -> tuple[float, float]:
    """A WGS-84 place as it is told in a datum."""
    lat, lon = FROM_WGS84[datum](lat, lon)
    return round(lat, PLACE_DIGITS), round(lon, PLACE_DIGITS)


def read_area(drawn: Drawn, datum: Datum, place: tuple[float, float]) -> Area | Problem:
    """An area in a datum as the game knows it, or what is wrong with it for a store at a place."""
    polygons = [drawn.coordinates] if isinstance(drawn, Polygon) else drawn.coordinates
    corners = [corner for rings in polygons for ring in rings for corner in ring]
    problem = _wrong_corners(polygons, corners)
    if problem is not None:
        return problem
    area = tuple(tuple(_ring(ring, datum) for ring in rings) for rings in polygons)
    far_m = reach_of(area, place)
    if far_m > STORE_RADIUS_MAX_M:
        return _wrong(f"reaches {far_m:.0f} m from the store; {STORE_RADIUS_MAX_M:.0f} m at most")
    shape = on_plane(Plane(*place), area)
    if not shape.is_valid:
        return _wrong(f"is no area: {explain_validity(shape).partition('[')[0].lower()}")
    if shape.area < AREA_MIN_M2:
        return _wrong(f"is {shape.area:.1f} m2; at least {AREA_MIN_M2:.0f}")
    return area


def shown_area(area: Area, datum: Datum) -> Drawn:
    """An area as it is told in a datum."""
    polygons = [[_shown_ring(ring, datum) for ring in rings] for rings in area]
    return Polygon(polygons[0]) if len(polygons) == 1 else MultiPolygon(polygons)


def reach_of(area: Area, place: tuple[float, float]) -> float:
    """How far from a place the farthest corner is, in metres."""
    return max(great_circle_m(*place, lat, lon) for lon, lat in _corners(area))


def _corners(area: Area) -> Iterator[tuple[float, float]]:
    return (corner for rings in area for ring in rings for corner in ring)


def _wrong_corners(polygons: list[list[list[list[float]]]], corners: list[Any]) -> Problem | None:
    if len(corners) > CORNERS_MAX:
        return _wrong(f"has {len(corners)} corners; {CORNERS_MAX} at most")
    if any(abs(corner[1]) > 90.0 for corner in corners):
        return _wrong("has a latitude beyond a pole: positions are [longitude, latitude]")
    if any(ring[0][:2] != ring[-1][:2] for rings in polygons for ring in rings):
        return _wrong("has a ring that is not closed: its last position must be the first again")
    return None


def _ring(ring: list[list[float]], datum: Datum) -> Ring:
    places = (TO_WGS84[datum](corner[1], corner[0]) for corner in ring)
    return tuple((lon, lat) for lat, lon in places)


def _shown_ring(ring: Ring, datum: Datum) -> list[list[float]]:
    return [[lon, lat] for lat, lon in (told(lat, lon, datum) for lon, lat in ring)]


def _wrong(message: str) -> Problem:
    return invalid("area", message)
