import math
from random import Random

import pytest
from catbot.ground import Position, distance_m, moved, offset_m, somewhere_near
from catbot.walker import Places, Walker
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st

TOWN = Position(30.25, 120.16)
positions = st.builds(Position, st.floats(-80, 80), st.floats(-180, 179.999))
offsets = st.floats(-2_000, 2_000)


def walker_at(position: Position, seed: int = 1, stores: tuple[Position, ...] = ()) -> Walker:
    return Walker(position, 1.4, Places(position, 1_000, stores), Random(seed))


@given(positions, offsets, offsets)
def test_distances_agree_with_the_ellipsoid_within_one_per_cent(
    origin: Position, north_m: float, east_m: float
) -> None:
    there = moved(origin, north_m, east_m)
    exact_m = geodesic((origin.lat, origin.lon), (there.lat, there.lon)).m
    assert distance_m(origin, there) == pytest.approx(exact_m, rel=0.01, abs=0.01)


@given(positions, offsets, offsets)
def test_an_offset_leads_back_to_where_it_was_measured(
    origin: Position, north_m: float, east_m: float
) -> None:
    there = moved(origin, north_m, east_m)
    assert -180 <= there.lon < 180
    assert offset_m(origin, there) == pytest.approx((north_m, east_m), abs=0.01)


def test_the_date_line_is_no_obstacle() -> None:
    west, east = Position(10, 179.9999), Position(10, -179.9999)
    assert distance_m(west, east) < 25


@given(positions, st.floats(1, 500), st.integers(0, 1000))
def test_a_point_somewhere_near_is_near(centre: Position, radius_m: float, seed: int) -> None:
    assert distance_m(centre, somewhere_near(centre, radius_m, Random(seed))) <= radius_m * 1.01


@given(st.integers(0, 1000), st.floats(0.1, 5), offsets, offsets)
def test_nobody_walks_faster_than_a_human(
    seed: int, dt_s: float, north_m: float, east_m: float
) -> None:
    walker = walker_at(TOWN, seed)
    walker.step(dt_s, moved(TOWN, north_m, east_m))
    assert distance_m(TOWN, walker.position) <= 1.4 * 1.1 * dt_s + 0.01


@given(st.integers(0, 1000), st.floats(5, 200))
def test_a_walker_reaches_its_target_and_stays_there(seed: int, way_m: float) -> None:
    target = moved(TOWN, way_m, 0)
    walker = walker_at(TOWN, seed)
    for _ in range(math.ceil(way_m / (1.4 * 0.9)) + 1):
        walker.step(1.0, target)
    assert distance_m(walker.position, target) < 0.01


def test_without_a_target_a_walker_still_gets_around_but_not_away() -> None:
    places = Places(TOWN, 500)
    walker = Walker(TOWN, 1.4, places, Random(3))
    seen_m = []
    for _ in range(20_000):
        walker.step(1.0)
        seen_m.append(distance_m(TOWN, walker.position))
    assert max(seen_m) > 50
    assert max(seen_m) < places.radius_m + 1_500


def test_without_a_target_a_walker_visits_the_stores_around() -> None:
    store = moved(TOWN, 200, 100)
    walker = walker_at(TOWN, stores=(store,))
    nearest_m = math.inf
    for _ in range(400):
        walker.step(1.0)
        nearest_m = min(nearest_m, distance_m(walker.position, store))
    assert nearest_m < 60


def test_the_same_seed_walks_the_same_way() -> None:
    first, second = walker_at(TOWN, 7), walker_at(TOWN, 7)
    for _ in range(100):
        first.step(1.0)
        second.step(1.0)
    assert first.reading() == second.reading()


def test_the_phone_is_a_little_wrong_says_so_and_does_not_jump() -> None:
    walker = walker_at(TOWN)
    errors_m, jumps_m = [], []
    for _ in range(2_000):
        before = walker.reading().position
        walker.step(1.0, TOWN)
        reading = walker.reading()
        errors_m.append(distance_m(reading.position, TOWN))
        jumps_m.append(distance_m(reading.position, before))
        assert reading.accuracy_m >= errors_m[-1]
    assert 1 < sum(errors_m) / len(errors_m) < 8
    assert max(jumps_m) < 10


def test_players_start_near_a_store_where_one_is_known() -> None:
    store = moved(TOWN, 5_000, 0)
    start = Places(TOWN, 10_000, (store,)).start(150, Random(1))
    assert distance_m(start, store) <= 150


def test_players_start_in_the_disc_where_no_store_is_known() -> None:
    assert distance_m(Places(TOWN, 300).start(150, Random(1)), TOWN) <= 301


HOME = Position(30.25, 120.16)


def test_no_two_walkers_err_alike() -> None:
    """Not at three places in a row, to the decimetre: so servers tell copies."""
    places = Places(HOME, 1_000)
    seen: set[tuple[tuple[float, float], ...]] = set()
    for seed in range(40):
        walker, way = Walker(HOME, 1.4, places, Random(seed)), []
        for _ in range(1_024):  # once around the table
            walker.step(1.0, HOME)
            reading = walker.reading().position
            way.append((round(reading.lat, 6), round(reading.lon, 6)))
        own = set(zip(way, way[1:], way[2:], strict=False))
        assert len(own & seen) < 10  # near no error at all some meet by chance
        seen |= own
