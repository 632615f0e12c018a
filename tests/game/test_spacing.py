"""Cats apart from each other: no clumps, and none on top of another store's."""

from math import sqrt
from random import Random
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gameserver.game.geo import destination, great_circle_m
from gameserver.game.ground import ground_of
from gameserver.game.model import Cat
from gameserver.game.no_spawn import NoSpawn
from gameserver.game.spacing import OTHERS_APART_M, Crowd, Neighbours, Standing, apart_m
from gameserver.game.spawning import Room, cats_for
from tests.game.test_spawning import NOW_MS, TOWN, a_store
from tests.places import Place, anywhere, bearings, near_a_region_border


def nearest_m(places: list[Place]) -> list[float]:
    return [
        min(great_circle_m(*here, *there) for there in places if there is not here)
        for here in places
    ]


def spread(store: Place, radius_m: float, cats: int, seed: int) -> list[Place]:
    ground = ground_of(store, radius_m, None, NoSpawn())
    neighbours = Neighbours("tea", apart_m(ground.area_m2, cats), ())
    rng = Random(seed)
    return [neighbours.find(ground.place, rng) for _ in range(cats)]


@given(st.one_of(anywhere, near_a_region_border), st.floats(30.0, 500.0), st.integers(0, 2**32))
@settings(max_examples=40)
def test_cats_keep_their_distance_wherever_the_store_is(
    store: Place, radius_m: float, seed: int
) -> None:
    """Cats that were dropped by chance would have pairs ten times nearer than this."""
    places = spread(store, radius_m, 40, seed)
    side_m = sqrt(3.14159 * radius_m**2 / 40)
    assert min(nearest_m(places)) > 0.2 * side_m
    assert mean(nearest_m(places)) > 0.65 * side_m  # by chance: 0.5


def test_cats_are_far_from_a_clump_compared_with_chance() -> None:
    ground = ground_of(TOWN, 200.0, None, NoSpawn())
    rng = Random(1)
    by_chance = [ground.place(rng) for _ in range(60)]
    places = spread(TOWN, 200.0, 60, 1)
    assert min(nearest_m(places)) > 3.0 * min(nearest_m(by_chance))


@given(
    st.one_of(anywhere, near_a_region_border), bearings, st.floats(0.0, 60.0), st.integers(0, 2**32)
)
@settings(max_examples=40)
def test_cats_of_neighbouring_stores_do_not_stand_on_each_other(
    one: Place, bearing: float, far_m: float, seed: int
) -> None:
    other = destination(*one, bearing, far_m)
    rng, crowd = Random(seed), Crowd()
    mine, theirs = [], []
    for store, found in ((one, mine), (other, theirs)):
        for cat in _cats(store, 10, crowd, rng, "mine" if found is mine else "theirs"):
            crowd.add(cat)
            found.append((cat.lat, cat.lon))
    apart = min(great_circle_m(*here, *there) for here in mine for there in theirs)
    assert apart > OTHERS_APART_M / 2


def _cats(store: Place, count: int, crowd: Crowd, rng: Random, name: str) -> list[Cat]:
    planned = replace(a_store(store, radius_m=100.0, cats_alive=count), id=name)
    room = Room(ground_of(store, 100.0, None, NoSpawn()), crowd.near(*store, 115.0))
    return cats_for(planned, count, room, NOW_MS, rng)


def test_where_there_is_no_more_room_cats_come_all_the_same() -> None:
    here = [Standing("other", TOWN)] * 5
    neighbours = Neighbours("tea", 1.0, here)
    assert neighbours.find(lambda _: TOWN, Random(1)) == TOWN


@given(st.one_of(anywhere, near_a_region_border), bearings, st.floats(0.0, 1_015.0))
def test_a_crowd_knows_everybody_within_reach(store: Place, bearing: float, far_m: float) -> None:
    crowd = Crowd()
    place = destination(*store, bearing, far_m)
    (cat,) = _cats(place, 1, Crowd(), Random(1), "tea")
    crowd.add(cat)
    reach_m = great_circle_m(*store, cat.lat, cat.lon) + 0.5
    assert crowd.near(*store, reach_m) == [Standing("tea", (cat.lat, cat.lon))]
    crowd.add(cat)
    assert len(crowd.near(*store, reach_m)) == 1
    crowd.remove(cat.id)
    crowd.remove(cat.id)
    assert crowd.near(*store, reach_m) == []


@pytest.mark.parametrize("cats", [0, 1, 200])
def test_the_more_cats_the_nearer_they_may_be(cats: int) -> None:
    assert apart_m(10_000.0, cats) == pytest.approx(75.0 / sqrt(max(1, cats)))
