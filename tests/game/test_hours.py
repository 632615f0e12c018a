"""Opening hours: breaks, nights past midnight, and the nights when clocks change."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameserver.game.hours import BadHours, Hours, are_hours, check_hours

SOMEWHERE = (52.5, 13.4)


def is_open(hours: str, timezone: str, now_ms: int) -> bool:
    return Hours(hours, timezone, SOMEWHERE).is_open(now_ms)


def next_change_ms(hours: str, timezone: str, now_ms: int) -> int | None:
    return Hours(hours, timezone, SOMEWHERE).next_change_ms(now_ms)


def at(text: str, timezone: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("hours", "moment", "expected"),
    [
        ("Mo-Fr 10:00-18:00", "2026-11-23 10:00", True),
        ("Mo-Fr 10:00-18:00", "2026-11-23 18:00", False),
        ("Mo-Fr 10:00-18:00", "2026-11-22 12:00", False),
        ("Mo-Su 11:00-14:00,17:00-22:00", "2026-11-23 15:00", False),
        ("Mo-Su 11:00-14:00,17:00-22:00", "2026-11-23 17:00", True),
        ("Fr-Sa 20:00-03:00", "2026-11-22 02:59", True),
        ("Fr-Sa 20:00-03:00", "2026-11-22 03:00", False),
        ("24/7", "2026-11-23 04:00", True),
        ("Mo-Su 10:00-22:00; Nov 23 off", "2026-11-23 12:00", False),
    ],
)
def test_a_store_is_open_when_its_hours_say_so_in_its_own_time(
    hours: str, moment: str, expected: bool
) -> None:
    for timezone in ("Asia/Singapore", "America/New_York"):
        assert is_open(hours, timezone, at(moment, timezone)) is expected


def test_the_next_change_is_when_it_opens_or_closes() -> None:
    zone = "Europe/Berlin"
    hours = "Mo-Su 09:00-17:00"
    night, noon = at("2026-11-23 03:00", zone), at("2026-11-23 12:00", zone)
    assert next_change_ms(hours, zone, night) == at("2026-11-23 09:00", zone)
    assert next_change_ms(hours, zone, noon) == at("2026-11-23 17:00", zone)
    assert next_change_ms("24/7", zone, noon) is None


def test_a_night_of_changing_clocks_has_the_hours_that_the_clock_on_the_wall_shows() -> None:
    zone, hours = "Europe/Berlin", "Mo-Su 01:00-04:00"
    before = at("2026-03-29 00:30", zone)
    opens = next_change_ms(hours, zone, before)
    assert opens == at("2026-03-29 01:00", zone)
    closes = next_change_ms(hours, zone, opens)
    assert closes == at("2026-03-29 04:00", zone)
    assert closes - opens == 2 * 3_600_000  # the hour from 2 to 3 is not there


@pytest.mark.parametrize("hours", ["nonsense", "Mo-Fr 25:00-26:00x", "10am to 6pm"])
def test_what_is_not_in_the_syntax_is_refused(hours: str) -> None:
    with pytest.raises(BadHours):
        check_hours(hours)


@pytest.mark.parametrize("hours", ["24/7", "Mo-Su 10:00-22:00", "Mo-Fr 09:30-02:00; PH off"])
def test_what_is_in_the_syntax_passes(hours: str) -> None:
    check_hours(hours)


NATIONAL_DAY, ORDINARY = "2026-10-01 12:00", "2026-11-26 12:00"


@pytest.mark.parametrize(
    ("zone", "moment", "expected"),
    [
        ("Asia/Shanghai", NATIONAL_DAY, False),
        ("Asia/Shanghai", ORDINARY, True),
        ("Asia/Hong_Kong", NATIONAL_DAY, False),
        ("Europe/Berlin", "2026-10-03 12:00", False),
        ("Europe/Berlin", NATIONAL_DAY, True),
        ("America/New_York", ORDINARY, False),  # Thanksgiving
        ("UTC", NATIONAL_DAY, True),
    ],
)
def test_public_holidays_are_those_of_the_time_zones_country(
    zone: str, moment: str, expected: bool
) -> None:
    assert is_open("Mo-Su 10:00-22:00; PH off", zone, at(moment, zone)) is expected


def test_a_night_in_autumn_is_as_long_as_it_is() -> None:
    zone, hours = "Europe/Berlin", "Mo-Su 01:00-04:00"
    opens = next_change_ms(hours, zone, at("2026-10-25 00:30", zone))
    assert opens == at("2026-10-25 01:00", zone)
    closes = next_change_ms(hours, zone, opens)
    assert closes == at("2026-10-25 04:00", zone)
    assert closes - opens == 4 * 3_600_000  # the hour from 2 to 3 is there twice


def test_the_sun_goes_down_where_the_place_is() -> None:
    """The longest day in Berlin, and the shortest in Cape Town, which has the same time."""
    moment = at("2026-06-21 20:00", "Europe/Berlin")
    assert Hours("sunrise-sunset", "Europe/Berlin", (52.5, 13.4)).is_open(moment)
    assert not Hours("sunrise-sunset", "Europe/Berlin", (-33.9, 18.4)).is_open(moment)


@given(st.text(max_size=60), st.integers(0, 4_102_444_800_000))
def test_whatever_passes_the_check_can_be_asked(text: str, now_ms: int) -> None:
    if not are_hours(text):
        return
    hours = Hours(text, "Asia/Shanghai", (31.2, 121.5))
    hours.is_open(now_ms)
    change = hours.next_change_ms(now_ms)
    assert change is None or change > now_ms
