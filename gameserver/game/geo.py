"""Places, distances and cells.

Cells are H3 indexes as integers: resolution 6 (about 36 km2) is a region, the unit that a keeper
looks after; resolution 9 (about 0.1 km2) is what a player's view is made of.
"""

from functools import lru_cache
from math import asin, atan2, cos, degrees, hypot, radians, sin, sqrt

import h3.api.basic_int as h3
from geopy.distance import geodesic

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius R1 of the WGS-84 ellipsoid (IUGG)."""

METRES_PER_DEG = EARTH_RADIUS_M * radians(1.0)

REGION_RES = 6
VIEW_RES = 9

STORE_RADIUS_MAX_M = 1000.0
"""A store's cats stand at most this far from it, so a view knows how far to look for regions."""

_REGION_SHIFT = 27
_REGION_TAIL = (1 << _REGION_SHIFT) - 1
_REGION_DIGITS = 9
_REGION_ALPHABET = frozenset("0123456789abcdef")


def region_of(lat: float, lon: float) -> str:
    """The id of the region that a place lies in, 9 hex digits."""
    return region_name(h3.latlng_to_cell(lat, lon, REGION_RES))


def region_name(cell: int) -> str:
    """A resolution 6 cell's id: its index without the 27 bits that are ones in all of them."""
    return format(cell >> _REGION_SHIFT, "x")


@lru_cache(maxsize=65_536)
def region_cell(region: str) -> int:
    """The resolution 6 cell of a region id. ValueError where it is none, or is spelt otherwise."""
    # As text first: capitals, signs and other alphabets' digits would pass for the same number.
    if len(region) != _REGION_DIGITS or not _REGION_ALPHABET.issuperset(region):
        raise ValueError(f"not a region: {region!r}")
    cell = (int(region, 16) << _REGION_SHIFT) | _REGION_TAIL
    if not h3.is_valid_cell(cell) or h3.get_resolution(cell) != REGION_RES:
        raise ValueError(f"not a region: {region!r}")
    return cell


def cat_region(cat: str) -> str:
    """The region in whose keys a cat lives, read from its id (`<region>-<random>`).

    ValueError for an id that no server made.
    """
    region, dash, rest = cat.partition("-")
    if not dash or not rest:
        raise ValueError("not a cat id")
    region_cell(region)
    return region


def view_cell(lat: float, lon: float) -> int:
    """The resolution 9 cell of a place."""
    return int(h3.latlng_to_cell(lat, lon, VIEW_RES))


def planar_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Distance on the local plane in metres: for places at most a few kilometres apart.

    Off by at most 0.6 % against the ellipsoid away from the poles (equirectangular projection
    around the mean latitude); correct across the antimeridian.
    """
    dlon = lon2 - lon1
    if dlon > 180.0:
        dlon -= 360.0
    elif dlon < -180.0:
        dlon += 360.0
    x = dlon * cos(radians((lat1 + lat2) / 2.0))
    return METRES_PER_DEG * hypot(x, lat2 - lat1)


def great_circle_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Distance on the sphere in metres, at any range (haversine formula)."""
    a = sin(radians(lat2 - lat1) / 2.0) ** 2
    b = cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2.0) ** 2
    return 2.0 * EARTH_RADIUS_M * asin(min(1.0, sqrt(a + b)))


DOUBT = 0.02
"""Share of the limit around it in which the ellipsoid decides rather than the sphere."""


def distance_m(lat1: float, lon1: float, lat2: float, lon2: float, limit_m: float) -> float:
    """Distance in metres that is exact (WGS-84 geodesic) wherever it matters against a limit."""
    rough = great_circle_m(lat1, lon1, lat2, lon2)
    if abs(rough - limit_m) > DOUBT * limit_m:
        return rough
    return float(geodesic((lat1, lon1), (lat2, lon2)).m)


def bearing_deg(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Initial bearing from the first place to the second: degrees from north, in [0, 360)."""
    phi1, phi2, dlon = radians(lat1), radians(lat2), radians(lon2 - lon1)
    y = sin(dlon) * cos(phi2)
    x = cos(phi1) * sin(phi2) - sin(phi1) * cos(phi2) * cos(dlon)
    bearing = degrees(atan2(y, x)) % 360.0
    return bearing if bearing < 360.0 else 0.0  # the modulus of a tiny negative rounds up to 360


def destination(lat: float, lon: float, bearing: float, far_m: float) -> tuple[float, float]:
    """The place `far_m` metres away in a direction (degrees), on the sphere.

    By vectors from the earth's centre, the meridian of the start in the plane of x: an arc sine
    would know places near a pole to decimetres only, and at the pole no direction.
    """
    delta, theta = far_m / EARTH_RADIUS_M, radians(bearing)
    sin_phi, cos_phi = sin(radians(lat)), cos(radians(lat))
    east, north = sin(delta) * sin(theta), sin(delta) * cos(theta)
    x = cos_phi * cos(delta) - sin_phi * north
    z = sin_phi * cos(delta) + cos_phi * north
    turned = degrees(atan2(east, x))
    return degrees(atan2(z, hypot(x, east))), (lon + turned + 540.0) % 360.0 - 180.0


VIEW_M = 200.0
"""Every cat at most this far from a player's last fix is in that player's view."""

VIEW_RINGS = 2
"""Rings of view cells around the middle one: what covers VIEW_M plus the hysteresis everywhere."""

RECENTRE_M = 30.0
"""A view moves to the next cell when its middle is nearer by this than the old one's."""


def recentred(middle: int, lat: float, lon: float) -> int:
    """The cell that a view is now around: the old one until another is nearer by RECENTRE_M.

    The margin is hysteresis: a player who stands on a border of cells keeps one view.
    """
    cell = h3.latlng_to_cell(lat, lon, VIEW_RES)
    if cell == middle:
        return middle
    old_lat, old_lon = h3.cell_to_latlng(middle)
    new_lat, new_lon = h3.cell_to_latlng(cell)
    old_m = great_circle_m(lat, lon, old_lat, old_lon)
    new_m = great_circle_m(lat, lon, new_lat, new_lon)
    return cell if old_m - new_m > RECENTRE_M else middle


Calm = tuple[float, float, float, float]
"""A circle: while a player is in it, the player's view need not be thought about.

Its centre in degrees (lat, lon); what a degree of longitude is in degrees of latitude there; its
radius in degrees of latitude, squared. A plain tuple: every fix takes it apart.
"""

RESTLESS: Calm = (0.0, 0.0, 0.0, -1.0)
"""No place is in it."""

_PLANE_OFF_M = 0.5
"""By more the plane around a place is not off within a view, this side of _CALM_LAT_MAX."""

_CALM_LAT_MAX = 85.0

_STEPS_M = 6.0
"""Who is nearer to the end of a circle gets another one instead."""


def calm(middle: int, lat: float, lon: float) -> Calm:
    """A circle with this place in it where `recentred(middle, ...)` is `middle` for certain.

    It is to be `middle` here as well. With (c_lat, c_lon, scale, radius2), a place is in the circle
    where `(lat - c_lat) ** 2 + ((lon - c_lon) * scale) ** 2 < radius2`.
    """
    widest = _calm_around_middle(middle)
    c_lat, c_lon, scale, radius2 = widest
    far = hypot(lat - c_lat, (lon - c_lon) * scale) + _STEPS_M / METRES_PER_DEG
    return widest if far * far < radius2 else _calm_around(middle, lat, lon)


@lru_cache(maxsize=65_536)
def _calm_around_middle(middle: int) -> Calm:
    return _calm_around(middle, *h3.cell_to_latlng(middle))


def _calm_around(middle: int, lat: float, lon: float) -> Calm:
    """Who goes d metres is at most 2 d nearer to another cell's middle, compared with the old."""
    if abs(lat) > _CALM_LAT_MAX:
        return RESTLESS
    scale = cos(radians(lat))
    from_old, *from_others = (
        hypot(there_lat - lat, ((there_lon - lon + 540.0) % 360.0 - 180.0) * scale)
        for there_lat, there_lon in _middles_around(middle)
    )
    nearer = from_old - min(from_others)
    radius = (RECENTRE_M / METRES_PER_DEG - nearer) / 2.0 - _PLANE_OFF_M / METRES_PER_DEG
    return (lat, lon, scale, radius**2) if radius > 0.0 else RESTLESS


@lru_cache(maxsize=4_096)
def _middles_around(middle: int) -> list[tuple[float, float]]:
    """The middle of a cell, then those of the cells around it."""
    around = h3.grid_disk(middle, 1)
    return [h3.cell_to_latlng(cell) for cell in sorted(around, key=middle.__ne__)]


@lru_cache(maxsize=65_536)
def view_cells(middle: int) -> frozenset[int]:
    """The cells that a view around `middle` is made of."""
    return frozenset(h3.grid_disk(middle, VIEW_RINGS))


_REACH_RES = 8
_REACH_RINGS = 3


@lru_cache(maxsize=65_536)
def view_regions(middle: int) -> frozenset[str]:
    """The regions whose stores can have a cat in a view around `middle`.

    Cats live in the region of their store, at most STORE_RADIUS_MAX_M away from it.
    """
    around = h3.grid_disk(h3.cell_to_parent(middle, _REACH_RES), _REACH_RINGS)
    return frozenset(region_name(h3.cell_to_parent(cell, REGION_RES)) for cell in around)
