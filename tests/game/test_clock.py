"""A phone's clock that is set in mid-session keeps nobody waiting for long, and no queue passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameserver.game.clock import LEAP_MS, STEADY_MS, PhoneClock
from gameserver.game.signals import clock
from gameserver.game.track import Track

NOW_MS = 1_700_000_000_000
TOWN = (30.25, 120.16)

offsets_ms = st.integers(-3_600_000, 3_600_000)


@given(offsets_ms, offsets_ms)
def test_a_clock_that_is_set_while_fixes_come_costs_no_freshness(
    before_ms: int, after_ms: int
) -> None:
    phone = PhoneClock()
    for second in range(60):
        now_ms = NOW_MS + 1000 * second
        offset_ms = before_ms if second < 30 else after_ms
        assert phone.hear(now_ms + offset_ms, now_ms) <= LEAP_MS


@pytest.mark.parametrize("back_s", [16, 60, 119])
def test_a_clock_that_is_set_back_in_a_pause_is_believed_again_after_seconds(back_s: int) -> None:
    phone = PhoneClock()
    phone.hear(NOW_MS, NOW_MS)
    late = []
    for second in range(120, 160):
        now_ms = NOW_MS + 1000 * second
        late.append(phone.hear(now_ms - 1000 * back_s, now_ms) > LEAP_MS)
    assert late == [True] * (STEADY_MS // 1000) + [False] * (40 - STEADY_MS // 1000)
    assert len(phone.sets) == 1


@given(st.integers(16, 600))
def test_a_queue_is_late_until_it_has_run_dry(held_s: int) -> None:
    phone = PhoneClock()
    phone.hear(NOW_MS, NOW_MS)
    now_ms = NOW_MS + 1000 * held_s
    late_ms = [phone.hear(NOW_MS + 1000 * second, now_ms) for second in range(1, held_s + 1)]
    assert late_ms == [1000.0 * (held_s - second) for second in range(1, held_s + 1)]


def test_two_settings_of_a_clock_are_nothing_and_many_are_a_cheat() -> None:
    def doubt_after(sets: int) -> object:
        track = Track()
        for number in range(sets + 1):
            now_ms = NOW_MS + 1000 * number
            at_ms = now_ms + (number % 2) * 3_600_000
            track.add(TOWN, 5.0, False, at_ms, now_ms)
        return clock(track, NOW_MS + 1000 * sets)

    assert doubt_after(0) is None
    assert doubt_after(2) is None
    assert getattr(doubt_after(4), "score", None) == 1.0


def test_another_phone_may_have_another_clock() -> None:
    phone = PhoneClock()
    phone.hear(NOW_MS, NOW_MS)
    phone.new_session()
    assert phone.hear(NOW_MS - 10_000_000, NOW_MS + 1000) == 0.0
    assert not phone.sets
