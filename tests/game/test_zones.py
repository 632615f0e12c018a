"""The time zone of a place."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from gameserver.game.zones import is_timezone, timezone_at
from tests.places import Place, anywhere


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        ((31.2304, 121.4737), "Asia/Shanghai"),
        ((43.8256, 87.6168), "Asia/Shanghai"),  # Urumqi: shops there open by Beijing's time
        ((22.2783, 114.1747), "Asia/Hong_Kong"),
        ((1.3039, 103.8319), "Asia/Singapore"),
        ((52.5200, 13.4050), "Europe/Berlin"),
        ((40.7128, -74.0060), "America/New_York"),
        ((33.4484, -112.0740), "America/Phoenix"),
        ((28.6139, 77.2090), "Asia/Kolkata"),
        ((-43.95, -176.55), "Pacific/Chatham"),
    ],
)
def test_a_store_has_the_time_of_its_place(place: Place, zone: str) -> None:
    assert timezone_at(*place) == zone


@given(anywhere)
def test_every_place_has_a_time_zone_that_this_machine_knows(place: Place) -> None:
    zone = timezone_at(*place)
    assert is_timezone(zone)
    assert ZoneInfo(zone).key == zone


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd", "asia/shanghai", "UTC\n"])
def test_what_the_iana_does_not_know_is_no_time_zone(name: str) -> None:
    assert not is_timezone(name)
