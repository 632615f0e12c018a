"""How much load there is, and what is left out for it."""

from random import Random

import pytest

from gameserver.gateway.pressure import (
    BEATS_DOWN,
    BEATS_UP,
    BUSY_LAG_S,
    LET_IN_PER_BEAT,
    OVERLOADED_LAG_S,
    RELIEF,
    RETRY_AFTER_MS,
    Load,
    Pressure,
    retry_after_ms,
)


def after(*lags_s: float) -> Pressure:
    pressure = Pressure()
    for lag_s in lags_s:
        pressure.beat(lag_s)
    return pressure


def test_a_loop_that_is_on_time_sheds_nothing() -> None:
    pressure = after(*[0.001] * 100)
    assert pressure.load is Load.CALM
    assert pressure.relief == (0.0, 0, True)


def test_one_long_turn_is_no_overload() -> None:
    lags = [*[0.001] * BEATS_UP, 3.0] * 10
    assert after(*lags).load is Load.CALM


def test_a_loop_that_stays_late_first_slows_views_and_only_then_lets_nobody_in() -> None:
    pressure = Pressure()
    loads = []
    for _ in range(3 * BEATS_UP):
        pressure.beat(OVERLOADED_LAG_S)
        loads.append(pressure.load)
    assert loads[BEATS_UP - 1] is Load.BUSY
    assert sorted(set(loads)) == [Load.CALM, Load.BUSY, Load.OVERLOADED]
    assert loads == sorted(loads)
    assert pressure.lag_s == OVERLOADED_LAG_S


def test_a_busy_loop_lets_players_in_and_shows_them_less_often() -> None:
    pressure = after(*[BUSY_LAG_S] * 100)
    assert pressure.load is Load.BUSY
    assert pressure.relief.lets_in
    assert pressure.relief.feeds_every_s > 0.0
    assert pressure.relief.looks_every_ms > 0


def test_the_more_load_the_less_is_shown() -> None:
    feeds = [RELIEF[load].feeds_every_s for load in Load]
    looks = [RELIEF[load].looks_every_ms for load in Load]
    assert feeds == sorted(set(feeds))
    assert looks == sorted(set(looks))


def test_the_load_ends_step_by_step_once_the_loop_is_well_on_time_again() -> None:
    pressure = after(*[1.0] * 20)
    assert pressure.load is Load.OVERLOADED
    for _ in range(100):
        pressure.beat(OVERLOADED_LAG_S * 0.9)  # on the verge: it does not flap
    assert pressure.load is Load.OVERLOADED
    loads = []
    for _ in range(3 * BEATS_DOWN):
        pressure.beat(0.0)
        loads.append(pressure.load)
    assert sorted(set(loads)) == [Load.CALM, Load.BUSY, Load.OVERLOADED]
    assert loads == sorted(loads, reverse=True)


@pytest.mark.parametrize(
    ("sockets", "most", "away"), [(9, 10, False), (10, 10, True), (9, 0, False)]
)
def test_newcomers_are_turned_away_where_there_are_as_many_sockets_as_may_be(
    sockets: int, most: int, away: bool
) -> None:
    assert Pressure().turns_away(sockets, most) is away


def test_newcomers_are_turned_away_under_overload_however_few_sockets_there_are() -> None:
    assert after(*[1.0] * 20).turns_away(0, 0)


def test_those_who_are_turned_away_are_not_asked_back_all_at_once() -> None:
    rng = Random(3)
    hints = [retry_after_ms(rng) for _ in range(1000)]
    assert min(hints) >= RETRY_AFTER_MS
    assert max(hints) < 2 * RETRY_AFTER_MS
    assert len(set(hints)) > 800


def test_after_an_overload_newcomers_come_in_few_at_a_time_until_the_loop_is_calm() -> None:
    """All who wait outside at once would be the next overload, before anything shows it."""
    pressure = after(*[1.0] * 3 * BEATS_UP)

    def let_in(beats: int, lag_s: float) -> int:
        came = 0
        for _ in range(beats):
            pressure.beat(lag_s)
            for _ in range(1_000):
                if not pressure.turns_away(sockets=500, most=0):
                    pressure.let_in()
                    came += 1
        return came

    assert pressure.recovers
    assert let_in(1, OVERLOADED_LAG_S) == 0
    let_in(BEATS_DOWN, BUSY_LAG_S)
    assert pressure.load is Load.BUSY
    assert let_in(10, BUSY_LAG_S) == 10 * LET_IN_PER_BEAT
    let_in(BEATS_DOWN, 0.0)
    assert not pressure.recovers
    assert let_in(1, 0.0) == 1_000


def test_a_crowd_that_makes_a_calm_loop_busy_is_let_in() -> None:
    pressure = after(*[BUSY_LAG_S] * 2 * BEATS_UP)
    assert pressure.load is Load.BUSY
    for _ in range(1_000):
        assert not pressure.turns_away(sockets=500, most=0)
        pressure.let_in()
