"""Distances against the ellipsoid, and the promises of regions and views against brute force."""

import math
from itertools import pairwise

import h3.api.basic_int as h3
import pytest
from geopy.distance import geodesic
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from gameserver.game.geo import (
    RECENTRE_M,
    REGION_RES,
    STORE_RADIUS_MAX_M,
    VIEW_M,
    VIEW_RES,
    Calm,
    bearing_deg,
    calm,
    cat_region,
    destination,
    distance_m,
    great_circle_m,
    planar_m,
    recentred,
    region_cell,
    region_name,
    region_of,
    view_cell,
    view_cells,
    view_regions,
)
from tests.places import (
    Place,
    anywhere,
    bearings,
    in_town,
    near_a_region_border,
    on_a_view_border,
    somewhere,
)

SPHERE_OFF = 0.006
"""The sphere of mean radius is off by at most 0.56 % against the ellipsoid."""


def exact_m(here: Place, there: Place) -> float:
    return float(geodesic(here, there).m)


# --- distances ---------------------------------------------------------------------------------


@given(anywhere, anywhere)
def test_the_great_circle_agrees_with_the_ellipsoid_at_any_range(here: Place, there: Place) -> None:
    assert great_circle_m(*here, *there) == pytest.approx(
        exact_m(here, there), rel=SPHERE_OFF, abs=0.01
    )


@given(
    st.tuples(st.floats(-89.0, 89.0), st.floats(-180.0, 180.0)),
    bearings,
    st.floats(0.0, 5_000.0),
)
@example((10.0, 179.99), 90.0, 4_000.0)
@example((10.0, -179.99), 270.0, 4_000.0)
def test_the_plane_agrees_with_the_ellipsoid_for_a_few_kilometres(
    here: Place, bearing: float, far_m: float
) -> None:
    there = destination(*here, bearing, far_m)
    if abs(there[0]) > 89.0:
        return
    assert planar_m(*here, *there) == pytest.approx(exact_m(here, there), rel=SPHERE_OFF, abs=0.01)


@given(somewhere, somewhere)
def test_distances_are_the_same_there_and_back(here: Place, there: Place) -> None:
    for distance in (planar_m, great_circle_m):
        assert distance(*here, *there) == pytest.approx(distance(*there, *here), rel=1e-12)


@given(anywhere, bearings, st.floats(1.0, 5_000.0), st.floats(-0.007, 0.007))
@settings(max_examples=400)
def test_a_distance_decides_against_its_limit_as_the_ellipsoid_does(
    here: Place, bearing: float, limit_m: float, off: float
) -> None:
    there = destination(*here, bearing, limit_m * (1.0 + off))
    decided = distance_m(*here, *there, limit_m) <= limit_m
    assert decided == (exact_m(here, there) <= limit_m)


@given(anywhere, anywhere, st.floats(0.1, 50_000.0))
def test_a_distance_decides_as_the_ellipsoid_does_far_from_the_limit_too(
    here: Place, there: Place, limit_m: float
) -> None:
    decided = distance_m(*here, *there, limit_m) <= limit_m
    assert decided == (exact_m(here, there) <= limit_m)


# --- directions --------------------------------------------------------------------------------


@given(
    st.tuples(st.floats(-89.9, 89.9), st.floats(-180.0, 180.0)), bearings, st.floats(1.0, 5_000.0)
)
def test_a_destination_lies_in_its_direction_at_its_distance(
    here: Place, bearing: float, far_m: float
) -> None:
    there = destination(*here, bearing, far_m)
    assert great_circle_m(*here, *there) == pytest.approx(far_m, rel=1e-5, abs=1e-3)
    turned = (bearing_deg(*here, *there) - bearing + 180.0) % 360.0 - 180.0
    # The direction of a place a metre away is known as well as the place is.
    assert abs(math.radians(turned)) * far_m < 1e-3


@given(anywhere, bearings, st.floats(0.0, 2e7))
def test_a_destination_is_a_place(here: Place, bearing: float, far_m: float) -> None:
    lat, lon = destination(*here, bearing, far_m)
    assert -90.0 <= lat <= 90.0
    assert -180.0 <= lon < 180.0


@given(anywhere, anywhere)
@example((0.0, 0.0), (1.0, -1e-18))
def test_a_bearing_is_at_least_0_and_less_than_360(here: Place, there: Place) -> None:
    assert 0.0 <= bearing_deg(*here, *there) < 360.0


@pytest.mark.parametrize(
    ("there", "bearing"),
    [((31.0, 120.0), 0.0), ((30.0, 121.0), 90.0), ((29.0, 120.0), 180.0), ((30.0, 119.0), 270.0)],
)
def test_a_bearing_counts_clockwise_from_north(there: Place, bearing: float) -> None:
    assert bearing_deg(30.0, 120.0, *there) == pytest.approx(bearing, abs=0.3)


# --- regions -----------------------------------------------------------------------------------


@given(anywhere)
def test_a_region_id_stands_for_its_cell_and_back(place: Place) -> None:
    region = region_of(*place)
    assert len(region) == 9
    assert region_cell(region) == h3.latlng_to_cell(*place, REGION_RES)
    assert region_name(region_cell(region)) == region


@given(anywhere, st.text(min_size=1, max_size=20))
def test_a_cat_id_says_its_region(place: Place, rest: str) -> None:
    region = region_of(*place)
    assert cat_region(f"{region}-{rest}") == region


RUBBISH = [
    "",
    "10c832cf",  # a digit too few
    "10c832cf30",  # a digit too many
    "10C832CF3",  # another spelling of a region
    "１0c832cf3",  # another alphabet's digit
    "+10c832cf",
    "-10c832cf",
    " 10c832cf",
    "10_832cf3",
    "0x10c832c",
    "ggggggggg",
    "000000000",
    "fffffffff",
    "f" * 40,
    "10c832cf3\n",
]


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_what_is_no_region_is_refused(rubbish: str) -> None:
    with pytest.raises(ValueError, match="not a region"):
        region_cell(rubbish)
    with pytest.raises(ValueError, match="not a"):
        cat_region(f"{rubbish}-abc")


@pytest.mark.parametrize("resolution", [0, 5, 7, 15])
def test_a_cell_of_another_size_is_no_region(resolution: int) -> None:
    cell = h3.latlng_to_cell(30.25, 120.16, resolution)
    with pytest.raises(ValueError, match="not a region"):
        region_cell(region_name(cell))


@pytest.mark.parametrize("rubbish", ["", "-", "10c832cf3", "10c832cf3-", "-abc", "cat"])
def test_what_no_server_made_is_no_cat_id(rubbish: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        cat_region(rubbish)


@given(st.text(max_size=64))
def test_no_text_does_worse_than_a_value_error(text: str) -> None:
    try:
        region = cat_region(text)
    except ValueError:
        return
    assert text.startswith(f"{region}-")


# --- views -------------------------------------------------------------------------------------


def walked(place: Place, bearing: float, share: float) -> tuple[int, Place]:
    """The view of a player who came to `place` and walked on, and where the player is then.

    A share of 1 is as far as the view stays where it is: the far edge of the hysteresis.
    """
    middle = view_cell(*place)
    near_m, far_m = 0.0, 1_000.0
    while far_m - near_m > 0.5:
        half_m = (near_m + far_m) / 2.0
        if recentred(middle, *destination(*place, bearing, half_m)) == middle:
            near_m = half_m
        else:
            far_m = half_m
    player = destination(*place, bearing, near_m * share)
    return recentred(middle, *player), player


@given(anywhere, bearings, st.one_of(st.just(1.0), st.floats(0.0, 1.0)), st.data())
@settings(max_examples=300)
def test_a_view_holds_every_cat_near_the_player_wherever_that_is(
    place: Place, bearing: float, share: float, data: st.DataObject
) -> None:
    middle, player = walked(place, bearing, share)
    cells = view_cells(middle)
    where = st.tuples(bearings, st.floats(0.0, VIEW_M * (1.0 + SPHERE_OFF)))
    cats = [destination(*player, *at) for at in data.draw(st.lists(where, min_size=1, max_size=40))]
    near = {cat for cat in cats if exact_m(player, cat) <= VIEW_M}
    shown = {cat for cat in cats if view_cell(*cat) in cells}
    assert near <= shown


@given(on_a_view_border, bearings)
def test_a_circle_around_the_player_lies_in_the_view_at_the_edge_of_the_hysteresis(
    place: Place, bearing: float
) -> None:
    middle, player = walked(place, bearing, 1.0)
    circle = {view_cell(*destination(*player, turn, VIEW_M)) for turn in range(0, 360, 5)}
    assert circle <= view_cells(middle)


def is_in(circle: Calm, lat: float, lon: float) -> bool:
    calm_lat, calm_lon, lon_scale, radius2 = circle
    return (lat - calm_lat) ** 2 + ((lon - calm_lon) * lon_scale) ** 2 < radius2


@given(anywhere, bearings, st.floats(0.0, 300.0), bearings, st.floats(0.0, 300.0))
@settings(max_examples=1000)
def test_where_a_view_is_calm_it_stays_as_it_is(
    place: Place, bearing: float, far_m: float, turn: float, farther_m: float
) -> None:
    middle = view_cell(*place)
    here = destination(*h3.cell_to_latlng(middle), bearing, far_m)
    assume(recentred(middle, *here) == middle)
    there = destination(*here, turn, farther_m)
    assert not is_in(calm(middle, *here), *there) or recentred(middle, *there) == middle


@given(in_town, bearings)
def test_a_view_is_calm_in_most_of_its_cell(place: Place, bearing: float) -> None:
    middle = view_cell(*place)
    middle_at = h3.cell_to_latlng(middle)
    assert is_in(calm(middle, *middle_at), *destination(*middle_at, bearing, 150.0))


@given(in_town, bearings, st.floats(0.0, 250.0), bearings)
@example((30.25, 120.25), 0.0, 158.0, 0.0)  # where the widest circle ends
def test_who_walks_at_the_edge_of_a_view_is_left_in_peace_for_some_steps(
    place: Place, bearing: float, far_m: float, turn: float
) -> None:
    middle = view_cell(*place)
    here = destination(*h3.cell_to_latlng(middle), bearing, far_m)
    assume(recentred(middle, *destination(*here, bearing, 15.0)) == middle)
    assert is_in(calm(middle, *here), *destination(*here, turn, 5.0))


def test_no_place_is_calm_at_a_pole() -> None:
    """The plane around a middle would be off too far there."""
    middle = view_cell(90.0, 0.0)
    at = h3.cell_to_latlng(middle)
    assert not is_in(calm(middle, *at), *at)


@given(st.one_of(on_a_view_border, anywhere))
def test_who_sees_a_cell_is_found_from_the_cell(place: Place) -> None:
    """A world keeps viewers by their middles alone, and asks the other way round."""
    middle = view_cell(*place)
    assert all(middle in view_cells(cell) for cell in view_cells(middle))


@pytest.mark.parametrize("pentagon", h3.get_pentagons(VIEW_RES), ids=hex)
def test_who_sees_a_cell_is_found_from_the_cell_around_a_pentagon(pentagon: int) -> None:
    for middle in h3.grid_disk(pentagon, 4):
        assert all(middle in view_cells(cell) for cell in view_cells(middle))


@given(st.one_of(on_a_view_border, anywhere))
def test_a_view_recentres_on_a_player_who_went_away(place: Place) -> None:
    there = destination(*place, 45.0, 2_000.0)
    assert recentred(view_cell(*place), *there) == view_cell(*there)


@given(
    on_a_view_border,
    st.lists(st.tuples(bearings, st.floats(0.0, RECENTRE_M / 2.0 - 0.5)), max_size=30),
)
@settings(max_examples=200)
def test_a_player_who_jitters_on_a_border_of_cells_never_gets_an_old_view_back(
    place: Place, jitter: list[tuple[float, float]]
) -> None:
    middle = view_cell(*place)
    middles = [middle]
    for bearing, far_m in jitter:
        middle = recentred(middle, *destination(*place, bearing, far_m))
        middles.append(middle)
    changes = [new for old, new in pairwise(middles) if old != new]
    assert len({middles[0], *changes}) == 1 + len(changes)


@given(
    near_a_region_border,
    st.integers(0, 18),
    st.integers(0, 5),
    bearings,
    st.one_of(st.just(STORE_RADIUS_MAX_M * (1.0 + SPHERE_OFF)), st.floats(0.0, STORE_RADIUS_MAX_M)),
)
@settings(max_examples=500)
def test_a_view_follows_the_region_of_every_store_that_can_have_a_cat_in_it(
    place: Place, which: int, corner: int, bearing: float, far_m: float
) -> None:
    middle = view_cell(*place)
    cells = sorted(view_cells(middle))
    boundary = h3.cell_to_boundary(cells[which % len(cells)])
    cat = boundary[corner % len(boundary)]
    store = destination(*cat, bearing, far_m)
    assert region_of(*store) in view_regions(middle)


def test_a_view_follows_few_regions() -> None:
    """Each region in view is loaded and followed: the reach is no larger than it has to be."""
    for region in h3.grid_disk(h3.latlng_to_cell(30.25, 120.16, REGION_RES), 1):
        for cell in h3.cell_to_children(region, VIEW_RES):
            assert len(view_regions(cell)) <= 4
