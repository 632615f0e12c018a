"""The neighbourhood of a place as a plane in metres, also at the poles and across the antimeridian.

Azimuthal equidistant projection of the sphere: the distance from the middle and the direction are
true. Within 2 km of it lengths are off by less than a millionth.
"""

from math import atan2, degrees, hypot
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gameserver.game.geo import EARTH_RADIUS_M, bearing_deg, destination, great_circle_m

Point = tuple[float, float]
"""Metres east and north of the middle."""


class Plane:
    """The plane that touches the earth at a WGS-84 place."""

    __slots__ = ("lat", "lon")

    def __init__(self, lat: float, lon: float) -> None:
        self.lat = lat
        self.lon = lon

    def point(self, lat: float, lon: float) -> Point:
        """A place on the plane."""
        far_m = great_circle_m(self.lat, self.lon, lat, lon)
        turn = np.radians(bearing_deg(self.lat, self.lon, lat, lon))
        return far_m * float(np.sin(turn)), far_m * float(np.cos(turn))

    def place(self, x: float, y: float) -> tuple[float, float]:
        """A point of the plane on earth: latitude and longitude."""
        return destination(self.lat, self.lon, degrees(atan2(x, y)), hypot(x, y))

    def geometry(self, drawn: BaseGeometry) -> BaseGeometry:
        """A geometry of longitudes and latitudes on the plane."""
        return shapely.transform(drawn, self._points)

    def _points(self, corners: Any) -> Any:
        lam, phi = np.radians(corners[:, 0]), np.radians(corners[:, 1])
        phi0, dlam = np.radians(self.lat), lam - np.radians(self.lon)
        east = np.cos(phi) * np.sin(dlam)
        north = np.cos(phi0) * np.sin(phi) - np.sin(phi0) * np.cos(phi) * np.cos(dlam)
        half = np.sin((phi - phi0) / 2) ** 2 + np.cos(phi0) * np.cos(phi) * np.sin(dlam / 2) ** 2
        far = 2.0 * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
        turned = np.hypot(east, north)
        scale = np.where(
            turned > 0.0, EARTH_RADIUS_M * far / np.where(turned > 0.0, turned, 1.0), 0.0
        )
        return np.column_stack((east * scale, north * scale))
