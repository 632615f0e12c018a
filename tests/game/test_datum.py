"""The datums against published pairs, and there and back again.

What the map services themselves answer:

- Amap, coordinate conversion guide (https://lbs.amap.com/api/webservice/guide/api/convert, the
  example with `coordsys=gps`): WGS-84 to GCJ-02.
- Baidu, coordinate conversion guide (https://lbsyun.baidu.com/index.php?title=webapi/guide/changeposition,
  the example with `from=1&to=5`), and an answer of that service that is kept in
  https://github.com/alys117/pk-tips, `cases/bmap/geoconv.js`: WGS-84 to BD-09.

What two independent public implementations answer:

- eviltransform, `python/test.py` and `go/transform_test.go`
  (https://github.com/googollee/eviltransform): WGS-84 to GCJ-02.
- coordtransform, `test/app.js` (https://github.com/wandergis/coordtransform): WGS-84 to GCJ-02,
  GCJ-02 to BD-09, and its one-step ways back, which are good to two metres.
"""

import pytest
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st

from gameserver.game.datum import (
    FROM_WGS84,
    TO_WGS84,
    Datum,
    bd09_to_gcj02,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    wgs84_to_gcj02,
)
from tests.places import Place, in_china

SHANGHAI = (31.1774276, 121.5272106)
SHENZHEN = (22.543847, 113.912316)
BEIJING = (39.911954, 116.377817)
TIANANMEN = (39.915, 116.404)

WGS84_TO_GCJ02 = [
    (SHANGHAI, (31.17530398364597, 121.531541859215)),
    (SHENZHEN, (22.540796131694766, 113.9171764808363)),
    (BEIJING, (39.91334545536069, 116.38404722455657)),
    (TIANANMEN, (39.91640428150164, 116.41024449916938)),
]
GCJ02_TO_BD09 = [(TIANANMEN, (39.92133699351021, 116.41036949371029))]
BD09_TO_GCJ02_ONE_STEP = [(TIANANMEN, (39.90865673957631, 116.39762729119315))]
GCJ02_TO_WGS84_ONE_STEP = [(TIANANMEN, (39.91359571849836, 116.39775550083061))]
AMAP_WGS84_TO_GCJ02 = [
    ((39.990475, 116.481499), (39.991754014757, 116.487585177952)),
    ((39.990375, 116.481499), (39.991653917101, 116.487585177952)),
]
BAIDU_WGS84_TO_BD09 = [
    ((29.575429778924, 114.21892734521), (29.579088056668, 114.23074978833)),
    ((35.39238, 119.52466), (35.39838957047481, 119.53650015688909)),
]

outside_china = st.one_of(
    st.tuples(st.floats(-90.0, 90.0), st.floats(-180.0, 71.99)),
    st.tuples(st.floats(-90.0, 90.0), st.floats(137.85, 180.0)),
    st.tuples(st.floats(-90.0, 0.81), st.floats(-180.0, 180.0)),
    st.tuples(st.floats(55.84, 90.0), st.floats(-180.0, 180.0)),
)


def apart_m(here: Place, there: Place) -> float:
    return float(geodesic(here, there).m)


@pytest.mark.parametrize(("wgs84", "gcj02"), WGS84_TO_GCJ02)
def test_wgs84_to_gcj02_is_exactly_what_public_implementations_say(
    wgs84: Place, gcj02: Place
) -> None:
    assert wgs84_to_gcj02(*wgs84) == pytest.approx(gcj02, rel=0, abs=1e-12)


@pytest.mark.parametrize(("gcj02", "bd09"), GCJ02_TO_BD09)
def test_gcj02_to_bd09_is_exactly_what_public_implementations_say(
    gcj02: Place, bd09: Place
) -> None:
    assert gcj02_to_bd09(*gcj02) == pytest.approx(bd09, rel=0, abs=1e-12)


@pytest.mark.parametrize(("wgs84", "gcj02"), WGS84_TO_GCJ02)
def test_gcj02_to_wgs84_undoes_the_published_pairs_to_a_millimetre(
    wgs84: Place, gcj02: Place
) -> None:
    assert apart_m(gcj02_to_wgs84(*gcj02), wgs84) < 0.001


@pytest.mark.parametrize(("gcj02", "bd09"), GCJ02_TO_BD09)
def test_bd09_to_gcj02_undoes_the_published_pairs_to_a_millimetre(
    gcj02: Place, bd09: Place
) -> None:
    assert apart_m(bd09_to_gcj02(*bd09), gcj02) < 0.001


@pytest.mark.parametrize(("gcj02", "wgs84"), GCJ02_TO_WGS84_ONE_STEP)
def test_gcj02_to_wgs84_agrees_with_a_public_one_step_way_back(gcj02: Place, wgs84: Place) -> None:
    assert apart_m(gcj02_to_wgs84(*gcj02), wgs84) < 2.0


@pytest.mark.parametrize(("bd09", "gcj02"), BD09_TO_GCJ02_ONE_STEP)
def test_bd09_to_gcj02_agrees_with_a_public_one_step_way_back(bd09: Place, gcj02: Place) -> None:
    assert apart_m(bd09_to_gcj02(*bd09), gcj02) < 1.0


@pytest.mark.parametrize(("wgs84", "gcj02"), AMAP_WGS84_TO_GCJ02)
def test_a_place_is_where_amap_puts_it(wgs84: Place, gcj02: Place) -> None:
    assert apart_m(FROM_WGS84[Datum.GCJ02](*wgs84), gcj02) < 0.1
    assert apart_m(TO_WGS84[Datum.GCJ02](*gcj02), wgs84) < 0.1


@pytest.mark.parametrize(("wgs84", "bd09"), BAIDU_WGS84_TO_BD09)
def test_a_place_is_within_a_metre_of_where_baidu_puts_it(wgs84: Place, bd09: Place) -> None:
    assert apart_m(FROM_WGS84[Datum.BD09](*wgs84), bd09) < 1.0
    assert apart_m(TO_WGS84[Datum.BD09](*bd09), wgs84) < 1.0


@given(in_china, st.sampled_from(Datum))
def test_from_wgs84_and_back_is_the_same_place_to_a_millimetre(place: Place, datum: Datum) -> None:
    assert apart_m(TO_WGS84[datum](*FROM_WGS84[datum](*place)), place) < 0.001


@given(in_china, st.sampled_from(Datum))
def test_to_wgs84_and_back_is_the_same_place_to_a_millimetre(place: Place, datum: Datum) -> None:
    assert apart_m(FROM_WGS84[datum](*TO_WGS84[datum](*place)), place) < 0.001


@given(in_china)
def test_in_china_the_datums_stand_hundreds_of_metres_apart(place: Place) -> None:
    """Who mixes them up misses every cat: a player's reach is some tens of metres."""
    gcj02, bd09 = FROM_WGS84[Datum.GCJ02](*place), FROM_WGS84[Datum.BD09](*place)
    assert 10.0 < apart_m(place, gcj02) < 1_500.0
    assert 400.0 < apart_m(gcj02, bd09) < 1_500.0


@given(outside_china, st.sampled_from(Datum))
def test_outside_china_the_datums_are_one(place: Place, datum: Datum) -> None:
    assert FROM_WGS84[datum](*place) == place
    assert TO_WGS84[datum](*place) == place


@given(st.tuples(st.floats(-90.0, 90.0), st.floats(-180.0, 180.0)), st.sampled_from(Datum))
def test_every_place_stays_a_place_in_every_datum(place: Place, datum: Datum) -> None:
    for lat, lon in (FROM_WGS84[datum](*place), TO_WGS84[datum](*place)):
        assert -90.0 <= lat <= 90.0
        assert -180.0 <= lon <= 180.0


def test_every_datum_has_its_ways_in_and_out() -> None:
    assert set(TO_WGS84) == set(FROM_WGS84) == set(Datum)
    assert {datum.value for datum in Datum} == {"wgs84", "gcj02", "bd09"}
