"""WGS-84, GCJ-02 and BD-09: the three datums in which a Chinese map or phone may speak.

Everything inside is WGS-84; these functions stand at the edge. The GCJ-02 series is the one that
public implementations agree on (Krasovsky 1940 ellipsoid, amplitudes found by fitting); BD-09 is
GCJ-02 with a further small swirl. The way back has no closed form and is found by iteration.
"""

from collections.abc import Callable
from enum import StrEnum
from math import atan2, cos, hypot, pi, radians, sin, sqrt


class Datum(StrEnum):
    """The name of a datum on the wire."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


Place = tuple[float, float]
"""Latitude and longitude in degrees."""

_A = 6_378_245.0
_EE = 0.00669342162296594323
_BD = pi * 3000.0 / 180.0


def _outside_china(lat: float, lon: float) -> bool:
    # The box that the datum's public implementations use; outside it all three are the same.
    return not (72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271)


def _offset(lat: float, lon: float) -> Place:
    """How far GCJ-02 stands from WGS-84 at a WGS-84 place, in degrees."""
    x, y = lon - 105.0, lat - 35.0
    ripple = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + ripple
    north += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + ripple
    east += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    phi = radians(lat)
    magic = 1.0 - _EE * sin(phi) ** 2
    north_deg = north * 180.0 / ((_A * (1.0 - _EE)) / (magic * sqrt(magic)) * pi)
    east_deg = east * 180.0 / (_A / sqrt(magic) * cos(phi) * pi)
    return north_deg, east_deg


def wgs84_to_gcj02(lat: float, lon: float) -> Place:
    """A WGS-84 place in GCJ-02; outside China unchanged."""
    if _outside_china(lat, lon):
        return lat, lon
    north, east = _offset(lat, lon)
    return lat + north, lon + east


def gcj02_to_wgs84(lat: float, lon: float) -> Place:
    """A GCJ-02 place in WGS-84, to within a millimetre; outside China unchanged."""
    if _outside_china(lat, lon):
        return lat, lon
    guess_lat, guess_lon = lat, lon
    for _ in range(6):
        seen_lat, seen_lon = wgs84_to_gcj02(guess_lat, guess_lon)
        if abs(seen_lat - lat) < 1e-9 and abs(seen_lon - lon) < 1e-9:
            break
        guess_lat -= seen_lat - lat
        guess_lon -= seen_lon - lon
    return guess_lat, guess_lon


def gcj02_to_bd09(lat: float, lon: float) -> Place:
    """A GCJ-02 place in BD-09; outside China unchanged."""
    if _outside_china(lat, lon):
        return lat, lon
    radius = hypot(lon, lat) + 0.00002 * sin(lat * _BD)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * _BD)
    return radius * sin(angle) + 0.006, radius * cos(angle) + 0.0065


def bd09_to_gcj02(lat: float, lon: float) -> Place:
    """A BD-09 place in GCJ-02, to within a millimetre; outside China unchanged."""
    if _outside_china(lat, lon):
        return lat, lon
    guess_lat, guess_lon = lat - 0.006, lon - 0.0065
    for _ in range(6):
        seen_lat, seen_lon = gcj02_to_bd09(guess_lat, guess_lon)
        guess_lat -= seen_lat - lat
        guess_lon -= seen_lon - lon
    return guess_lat, guess_lon


def _same(lat: float, lon: float) -> Place:
    return lat, lon


TO_WGS84: dict[Datum, Callable[[float, float], Place]] = {
    Datum.WGS84: _same,
    Datum.GCJ02: gcj02_to_wgs84,
    Datum.BD09: lambda lat, lon: gcj02_to_wgs84(*bd09_to_gcj02(lat, lon)),
}
"""From a session's or a store's datum inward."""

FROM_WGS84: dict[Datum, Callable[[float, float], Place]] = {
    Datum.WGS84: _same,
    Datum.GCJ02: wgs84_to_gcj02,
    Datum.BD09: lambda lat, lon: gcj02_to_bd09(*wgs84_to_gcj02(lat, lon)),
}
"""From the inside out."""
