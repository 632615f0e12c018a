"""Places on the globe for property tests, the hard ones first.

Hard are the poles, the antimeridian, the neighbourhoods of H3's twelve pentagons, where cells are
smallest and most distorted, and the borders of regions.
"""

from functools import cache

import h3.api.basic_int as h3
from hypothesis import strategies as st

from gameserver.game.geo import REGION_RES, VIEW_RES, destination

Place = tuple[float, float]

bearings = st.floats(0.0, 360.0, exclude_max=True)


@cache
def _pentagons() -> list[Place]:
    return [h3.cell_to_latlng(cell) for cell in h3.get_pentagons(REGION_RES)]


def _moved(place: Place, bearing: float, far_m: float) -> Place:
    return destination(*place, bearing, far_m)


def _on_border(place: Place, resolution: int, corner: int, along: float) -> Place:
    """A place on the border of the cell around `place`, between one corner and the next."""
    boundary = h3.cell_to_boundary(h3.latlng_to_cell(*place, resolution))
    (lat, lon), there = boundary[corner % len(boundary)], boundary[(corner + 1) % len(boundary)]
    dlon = (there[1] - lon + 540.0) % 360.0 - 180.0
    return lat + (there[0] - lat) * along, (lon + dlon * along + 540.0) % 360.0 - 180.0


somewhere = st.tuples(st.floats(-90.0, 90.0), st.floats(-180.0, 180.0))
near_a_pole = st.tuples(
    st.one_of(st.floats(89.9, 90.0), st.floats(-90.0, -89.9)), st.floats(-180.0, 180.0)
)
near_the_antimeridian = st.tuples(
    st.floats(-85.0, 85.0), st.one_of(st.floats(179.99, 180.0), st.floats(-180.0, -179.99))
)
near_a_pentagon = st.builds(
    lambda which, bearing, far_m: _moved(_pentagons()[which], bearing, far_m),
    st.integers(0, 11),
    bearings,
    st.floats(0.0, 60_000.0),
)
in_china = st.tuples(st.floats(18.0, 53.5), st.floats(73.6, 134.7))
in_town = st.tuples(st.floats(30.20, 30.30), st.floats(120.10, 120.25))

anywhere = st.one_of(somewhere, near_a_pole, near_the_antimeridian, near_a_pentagon)
"""Any place with latitude in [-90, 90] and longitude in [-180, 180]."""

near_a_region_border = st.builds(
    lambda place, corner, along, bearing, far_m: _moved(
        _on_border(place, REGION_RES, corner, along), bearing, far_m
    ),
    st.one_of(somewhere, near_a_pentagon),
    st.integers(0, 5),
    st.floats(0.0, 1.0),
    bearings,
    st.floats(0.0, 3_000.0),
)

on_a_view_border = st.builds(
    lambda place, corner, along: _on_border(place, VIEW_RES, corner, along),
    anywhere,
    st.integers(0, 5),
    st.floats(0.0, 1.0),
)
