"""The ground of a store's cats: its disc, its area, and what is kept free, everywhere."""

from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gameserver.game.geo import destination, great_circle_m
from gameserver.game.ground import Grounds, ground_of, on_plane
from gameserver.game.model import Area, Ring
from gameserver.game.no_spawn import NoSpawn
from gameserver.game.plane import Plane
from tests.game.test_no_spawn import areas, feature, is_in
from tests.game.test_spawning import a_store
from tests.places import Place, anywhere, bearings, near_a_region_border

hard_places = st.one_of(anywhere, near_a_region_border)


def circle(middle: Place, radius_m: float, corners: int = 24) -> Ring:
    turns = [360.0 * corner / corners for corner in range(corners)]
    places = [destination(*middle, turn, radius_m) for turn in [*turns, 0.0]]
    return tuple((lon, lat) for lat, lon in places)


@given(hard_places, bearings, st.floats(0.0, 2_000.0))
@example((90.0, 10.0), 0.0, 100.0)
@example((-90.0, 10.0), 0.0, 100.0)
@example((0.0, 180.0), 90.0, 100.0)
def test_a_plane_keeps_distances_and_knows_the_way_back(
    middle: Place, bearing: float, far_m: float
) -> None:
    there = destination(*middle, bearing, far_m)
    plane = Plane(*middle)
    x, y = plane.point(*there)
    assert (x * x + y * y) ** 0.5 == pytest.approx(great_circle_m(*middle, *there), abs=0.01)
    assert great_circle_m(*plane.place(x, y), *there) < 0.2


@given(hard_places, st.floats(5.0, 400.0), st.integers(0, 2**32))
@settings(max_examples=60)
def test_a_cat_stands_in_the_area_and_not_in_its_hole(
    store: Place, radius_m: float, seed: int
) -> None:
    area: Area = ((circle(store, radius_m), circle(store, radius_m / 2)),)
    ground = ground_of(store, 1_000.0, area, NoSpawn())
    rng = Random(seed)
    for _ in range(20):
        place = ground.place(rng)
        far_m = great_circle_m(*store, *place)
        assert radius_m / 2 * 0.98 - 0.1 <= far_m <= radius_m + 0.1
        assert ground.holds(*place)


@given(hard_places, st.floats(20.0, 500.0), st.integers(0, 2**32))
@settings(max_examples=60)
def test_no_cat_stands_where_none_may_be(store: Place, radius_m: float, seed: int) -> None:
    half = destination(*store, 90.0, radius_m / 2)
    ring = [list(corner) for corner in circle(half, radius_m / 2)]
    no_spawn = areas(feature("Polygon", [ring]), feature("Point", [store[1], store[0]]))
    ground = ground_of(store, radius_m, None, no_spawn)
    rng = Random(seed)
    for _ in range(20):
        lat, lon = ground.place(rng)
        lat, lon = round(lat, 6), round(lon, 6)
        assert great_circle_m(*store, lat, lon) <= radius_m * 1.001 + 0.2
        if abs(lat) < 89.99:  # six decimals say nothing there
            assert not is_in(no_spawn, (lat, lon))
        assert ground.holds(lat, lon)


@given(hard_places)
def test_where_everything_is_kept_free_there_is_no_room(store: Place) -> None:
    no_spawn = areas(feature("Point", [store[1], store[0]], radius_m=300.0))
    assert ground_of(store, 100.0, None, no_spawn).is_empty
    assert ground_of(store, 0.0, None, no_spawn).is_empty
    assert not ground_of(store, 500.0, None, no_spawn).is_empty


@given(hard_places, st.integers(0, 2**32))
def test_a_store_without_a_radius_has_its_cats_at_its_door(store: Place, seed: int) -> None:
    far_off = areas(feature("Point", [store[1], max(-90.0, min(90.0, store[0] * 0.9 + 1.0))]))
    for no_spawn in (NoSpawn(), far_off):
        ground = ground_of(store, 0.0, None, no_spawn)
        assert not ground.is_empty
        assert great_circle_m(*store, *ground.place(Random(seed))) < 0.2
    beside = destination(*store, 0.0, 15.0)
    near = areas(feature("Point", [beside[1], beside[0]], radius_m=8.0))
    ground = ground_of(store, 0.0, None, near)
    assert great_circle_m(*store, *ground.place(Random(seed))) < 0.2


def test_an_area_across_the_antimeridian_is_one_area() -> None:
    area: Area = (
        (((179.999, 0.0), (-179.999, 0.0), (-179.999, 0.002), (179.999, 0.002), (179.999, 0.0)),),
    )
    store = (0.001, 180.0)
    assert on_plane(Plane(*store), area).area == pytest.approx(222.4 * 222.4, rel=0.01)
    ground = ground_of(store, 1_000.0, area, NoSpawn())
    places = [ground.place(Random(seed)) for seed in range(40)]
    assert {lon > 0 for _, lon in places} == {True, False}
    assert all(abs(lon) >= 179.9989 for _, lon in places)


def test_a_thin_area_is_filled_evenly() -> None:
    """A lane of 400 by 2 metres: chance alone would find it once in hundreds of tries."""
    store = (1.30, 103.80)
    corners = [
        destination(*destination(*store, 90.0, x), 0.0, y)
        for x, y in ((-200, 0), (200, 0), (200, 2), (-200, 2), (-200, 0))
    ]
    area: Area = ((tuple((lon, lat) for lat, lon in corners),),)
    ground = ground_of(store, 300.0, area, NoSpawn())
    assert ground.area_m2 == pytest.approx(800.0, rel=0.02)
    rng = Random(3)
    quarters = [0, 0, 0, 0]
    for _ in range(4_000):
        _, lon = ground.place(rng)
        along = (lon - store[1]) * 111_195 + 200.0
        quarters[min(3, int(along / 100.0))] += 1
    assert all(880 <= count <= 1_120 for count in quarters)


def test_a_ground_is_worked_out_once_for_a_plan() -> None:
    grounds = Grounds(NoSpawn(), most=2)
    store = a_store(radius_m=50.0)
    assert grounds.of(store) is grounds.of(store)
    assert grounds.of(a_store(radius_m=60.0)) is not grounds.of(store)
