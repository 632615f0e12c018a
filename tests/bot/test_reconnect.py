from random import Random

import pytest
from catbot.reconnect import Backoff, away_s, policy_of
from catbot.wire import Notice
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize("code", [1012, 1013, 4101, 4103, 1006, 1001])
def test_bots_come_back_after(code: int) -> None:
    assert policy_of(code).comes_back


@pytest.mark.parametrize("code", [4001, 4002, 4003, 4004])
def test_bots_stay_away_after(code: int) -> None:
    assert not policy_of(code).comes_back


@pytest.mark.parametrize("code", [1012, 1013])
def test_a_server_that_says_it_is_busy_or_restarting_is_no_error(code: int) -> None:
    assert not policy_of(code).is_error


def test_a_lost_connection_is_an_error() -> None:
    assert policy_of(1006).is_error


@given(st.integers(0, 2**32), st.integers(1, 60))
def test_waits_stay_below_the_cap(seed: int, failures: int) -> None:
    backoff = Backoff(Random(seed), base_s=1.0, cap_s=30.0)
    waits = [backoff.wait_s() for _ in range(failures)]
    assert all(0 <= wait <= min(30.0, 2.0**number) for number, wait in enumerate(waits))


def test_waits_of_many_bots_spread_over_the_whole_range() -> None:
    waits = [Backoff(Random(seed), base_s=8.0).wait_s() for seed in range(500)]
    assert min(waits) < 0.5
    assert max(waits) > 7.5


def test_a_wait_is_at_least_what_the_server_asked_for() -> None:
    assert Backoff(Random(1)).wait_s(at_least_s=5.0) >= 5.0


def test_a_wait_the_server_asks_for_has_an_end() -> None:
    assert Backoff(Random(1), cap_s=30.0).wait_s(at_least_s=86_400.0) <= 61.0


def test_success_makes_the_next_wait_short_again() -> None:
    backoff = Backoff(Random(1), base_s=1.0)
    for _ in range(10):
        backoff.wait_s()
    backoff.reset()
    assert backoff.wait_s() <= 1.0


def test_a_full_server_says_for_how_long_to_stay_away() -> None:
    assert away_s(Notice("overloaded", "", {"retry_after_ms": 7_500})) == 7.5


@pytest.mark.parametrize("data", [None, {}, [], {"retry_after_ms": "soon"}, {"retry_after_ms": -1}])
def test_a_notice_that_does_not_say_it_asks_for_nothing(data: object) -> None:
    assert away_s(Notice("overloaded", "", data)) == 0.0
    assert away_s(Notice("weather", "", {"retry_after_ms": 7_500})) == 0.0
