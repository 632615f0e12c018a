"""Where no cat may be: files as operators have them, against brute force, all over the globe."""

import json
from typing import Any

import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from gameserver.game.geo import destination, great_circle_m
from gameserver.game.no_spawn import BadAreas, NoSpawn, read_no_spawn
from gameserver.game.plane import Plane
from tests.places import Place, anywhere, bearings, near_a_region_border

HERE = shapely.Point(0.0, 0.0)


def feature(kind: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def areas(*features: dict[str, Any]) -> NoSpawn:
    return read_no_spawn(json.dumps({"type": "FeatureCollection", "features": features}).encode())


def ring(place: Place, radius_m: float) -> list[list[float]]:
    """A hexagon's corners as GeoJSON has them."""
    corners = [destination(*place, turn, radius_m) for turn in range(0, 360, 60)]
    return [[lon, lat] for lat, lon in [*corners, corners[0]]]


def is_in(no_spawn: NoSpawn, place: Place) -> bool:
    return any(area.covers(HERE) for area in no_spawn.near(Plane(*place), 10.0))


@given(st.one_of(anywhere, near_a_region_border), bearings, st.floats(0.0, 400.0))
@example((90.0, 0.0), 10.0, 50.0)
@example((-90.0, 0.0), 10.0, 50.0)
@example((10.0, 180.0), 90.0, 50.0)
@example((10.0, -180.0), 270.0, 50.0)
def test_a_place_is_in_an_area_where_it_is_nearer_than_its_edge(
    middle: Place, bearing: float, far_m: float
) -> None:
    place = destination(*middle, bearing, far_m)
    pond = areas(feature("Polygon", [ring(middle, 200.0)]))
    # A hexagon reaches from 173 to 200 m.
    far_m = great_circle_m(*middle, *place)
    if far_m < 172.0:
        assert is_in(pond, place)
    elif far_m > 201.0:
        assert not is_in(pond, place)


@given(anywhere, bearings, st.floats(0.0, 200.0))
def test_a_road_is_as_wide_as_it_says(start: Place, bearing: float, far_m: float) -> None:
    corners = [destination(*start, 90.0, along) for along in (0.0, 5.0, 10.0)]
    road = areas(feature("LineString", [[lon, lat] for lat, lon in corners], radius_m=30.0))
    place = destination(*start, bearing, far_m)
    far_m = min(great_circle_m(*corner, *place) for corner in corners)
    if far_m < 28.0:
        assert is_in(road, place)
    elif far_m > 36.0:
        assert not is_in(road, place)


def test_a_file_may_hold_what_maps_are_made_of() -> None:
    school = ring((1.30, 103.80), 100.0)
    yard = ring((1.30, 103.80), 30.0)[::-1]
    file = areas(
        feature("Polygon", [school, yard]),
        feature("MultiPolygon", [[ring((1.31, 103.80), 50.0)], [ring((1.32, 103.80), 50.0)]]),
        feature("LineString", [[103.80, 1.33], [103.81, 1.33]]),
        feature("Point", [103.80, 1.34, 12.0]),
    )
    assert len(file) == 4
    assert not is_in(file, (1.30, 103.80))
    for there in (
        (1.3005, 103.80),
        (1.31, 103.80),
        (1.32, 103.80),
        (1.33, 103.805),
        (1.34, 103.80),
    ):
        assert is_in(file, there), there


def test_an_area_that_is_cut_or_not_at_the_antimeridian_is_one() -> None:
    west = [[179.99, 0], [180, 0], [180, 1], [179.99, 1], [179.99, 0]]
    east = [[-180, 0], [-179.99, 0], [-179.99, 1], [-180, 1], [-180, 0]]
    whole = [[179.99, 0], [-179.99, 0], [-179.99, 1], [179.99, 1], [179.99, 0]]
    for file in (
        areas(feature("MultiPolygon", [[west], [east]])),
        areas(feature("Polygon", [whole])),
    ):
        for lon in (179.995, 180.0, -180.0, -179.995):
            assert is_in(file, (0.5, lon))
        for lon in (0.0, 179.98, -179.98):
            assert not is_in(file, (0.5, lon))


def test_an_area_around_a_pole_has_the_pole_in_it() -> None:
    cap = areas(feature("Polygon", [[[lon, 89.0] for lon in (-180, -90, 0, 90, -180)]]))
    assert is_in(cap, (90.0, 0.0))
    assert is_in(cap, (89.9, 123.0))
    assert not is_in(cap, (88.0, 123.0))
    assert not is_in(cap, (-89.9, 123.0))


def test_a_large_area_counts_where_it_is_and_not_where_it_is_not() -> None:
    lake = areas(feature("Polygon", [[[100, 0], [110, 0], [110, 5], [100, 5], [100, 0]]]))
    assert is_in(lake, (2.0, 105.0))
    assert not is_in(lake, (5.01, 105.0))
    (there,) = lake.near(Plane(2.0, 105.0), 100.0)
    assert there.area < 100_000.0, "only what is near is drawn"


def test_without_a_file_nothing_is_kept_free() -> None:
    assert NoSpawn().near(Plane(1.3, 103.8), 1_000.0) == []
    assert len(areas()) == 0


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "GeoJSON"),
        (b"[]", "GeoJSON"),
        (b"\xff", "GeoJSON"),
        (b'{"type": "Feature"}', "features"),
        (b'{"features": [{"geometry": null}]}', "feature 1"),
        (b'{"features": [{"geometry": {"type": "Point", "coordinates": ["a", 1]}}]}', "feature 1"),
        (b'{"features": [{"geometry": {"type": "Point", "coordinates": [190, 1]}}]}', "feature 1"),
        (
            b'{"features": [{"geometry": {"type": "Polygon", "coordinates": [[[1, 2]]]}}]}',
            "feature 1",
        ),
    ],
)
def test_a_file_that_is_no_map_says_what_is_wrong(raw: bytes, says: str) -> None:
    with pytest.raises(BadAreas, match=says):
        read_no_spawn(raw)


def test_a_radius_beyond_a_kilometre_is_a_mistake() -> None:
    with pytest.raises(BadAreas):
        areas(feature("Point", [1, 1], radius_m=1_001))
