"""Places in the wrong datum give themselves away, where a second source knows them."""

from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gameserver.game.datum import FROM_WGS84, TO_WGS84, Datum
from gameserver.game.datum_doubt import PAIRS_MIN, Pair, doubt
from gameserver.game.geo import bearing_deg, destination, great_circle_m
from tests.places import Place

CITIES = [(31.23, 121.47), (39.91, 116.40), (22.54, 114.06), (30.57, 104.07), (43.83, 87.62)]

in_cities = st.lists(
    st.tuples(st.floats(24.0, 42.0), st.floats(98.0, 119.0)), min_size=PAIRS_MIN, max_size=20
)
two_datums = st.permutations(list(Datum)).map(lambda datums: datums[:2])


def told(places: list[Place], said: Datum, meant: Datum, off_m: float, seed: int) -> list[Pair]:
    """Places written down in one datum and said to be in another; the second source errs a bit."""
    rng = Random(seed)
    pairs = []
    for place in places:
        lat, lon = FROM_WGS84[meant](*place)
        second = destination(*place, rng.uniform(0, 360), rng.uniform(0, off_m))
        pairs.append(Pair(lat, lon, said, second))
    return pairs


@given(in_cities, two_datums, st.integers(0, 2**32))
def test_places_in_another_datum_than_was_said_are_told_by_their_offsets(
    places: list[Place], datums: list[Datum], seed: int
) -> None:
    said, meant = datums
    shifts = [great_circle_m(*FROM_WGS84[said](*at), *FROM_WGS84[meant](*at)) for at in places]
    assume(min(shifts) > 150.0)  # here and there two of them are nearly one
    found = doubt(told(places, said, meant, 40.0, seed))
    assert found is not None
    assert (found.said, found.looks_like) == (said, meant)
    assert found.fits_m <= 41.0 < found.off_m < 1_600.0
    assert found.pairs == len(places)


@given(in_cities, st.sampled_from(Datum), st.integers(0, 2**32))
def test_places_that_are_where_they_were_said_raise_no_doubt(
    places: list[Place], datum: Datum, seed: int
) -> None:
    assert doubt(told(places, datum, datum, 120.0, seed)) is None


@given(st.integers(0, 2**32), two_datums)
def test_outside_china_there_is_no_doubt(seed: int, datums: list[Datum]) -> None:
    places = [(48.85, 2.35), (1.30, 103.83), (-33.9, 151.2), (40.7, -74.0)]
    assert doubt(told(places[:1] + places[2:], *datums, 500.0, seed)) is None


@given(in_cities, st.floats(0, 360), st.floats(450, 600))
def test_an_offset_of_the_right_size_in_another_direction_is_no_datum(
    places: list[Place], turn: float, far_m: float
) -> None:
    """All stores moved by the same way: a wrong file, perhaps, but no wrong datum."""
    ways = [
        bearing_deg(*place, *TO_WGS84[datum](*place))
        for place in places
        for datum in (Datum.GCJ02, Datum.BD09)
    ]
    assume(all(abs((turn - way + 180.0) % 360.0 - 180.0) > 60.0 for way in ways))
    pairs = [Pair(*place, Datum.WGS84, destination(*place, turn, far_m)) for place in places]
    assert doubt(pairs) is None


@pytest.mark.parametrize("count", range(PAIRS_MIN))
def test_a_few_places_may_be_wrong_by_themselves(count: int) -> None:
    assert doubt(told(CITIES[:count], Datum.WGS84, Datum.GCJ02, 0.0, 1)) is None


def test_some_wrong_lines_do_not_hide_that_the_others_are_in_another_datum() -> None:
    pairs = told(CITIES * 4, Datum.WGS84, Datum.GCJ02, 30.0, 1)
    pairs[::5] = [Pair(each.lat, each.lon, each.datum, (1.0, 103.0)) for each in pairs[::5]]
    found = doubt(pairs)
    assert found is not None
    assert found.looks_like is Datum.GCJ02


def test_of_a_hundred_thousand_places_some_are_looked_at() -> None:
    found = doubt(told(CITIES * 20_000, Datum.WGS84, Datum.BD09, 30.0, 1))
    assert found is not None
    assert found.looks_like is Datum.BD09
    assert found.pairs <= 1_000
