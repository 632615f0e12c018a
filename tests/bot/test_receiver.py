"""Receivers err as the sources say: how much, for how long, and with gaps and cold starts."""

import math
from random import Random

import pytest
from catbot.ground import Position, distance_m, moved
from catbot.receiver import CANYON, MEMORY_S, OPEN, SKIES, STREET, TUNNELS, Receiver, Sky

HOME = Position(30.25, 120.16)


def errors(sky: Sky, seconds: int, players: int = 40) -> list[list[float | None]]:
    found = []
    for seed in range(players):
        receiver = Receiver(sky, Random(seed))
        place, series = HOME, []
        for _ in range(seconds):
            place = moved(place, 1.3, 0.0)
            seen = receiver.see(place, 1.0)
            series.append(None if seen is None else distance_m(place, seen.position))
        found.append(series)
    return found


@pytest.mark.parametrize(("sky", "low_m", "high_m"), [(OPEN, 3.0, 5.0), (STREET, 7.0, 13.0)])
def test_the_mean_error_is_what_was_measured(sky: Sky, low_m: float, high_m: float) -> None:
    seen = [error for series in errors(sky, 600) for error in series if error is not None]
    assert low_m <= sum(seen) / len(seen) <= high_m


def test_between_high_houses_nineteen_of_twenty_are_within_fifty_to_a_hundred_metres() -> None:
    seen = sorted(error for series in errors(CANYON, 600) for error in series if error is not None)
    assert 50.0 <= seen[int(0.95 * len(seen))] <= 100.0


def test_errors_remember_about_a_minute() -> None:
    rng = Random(1)
    receiver = Receiver(OPEN, rng)
    north = []
    for _ in range(60_000):
        seen = receiver.see(moved(HOME, rng.random(), 0.0), 1.0)
        assert seen is not None
        north.append(seen.position.lat)
    mean = sum(north) / len(north)
    lag = int(MEMORY_S)
    spread = sum((lat - mean) ** 2 for lat in north)
    shared = sum((a - mean) * (b - mean) for a, b in zip(north, north[lag:], strict=False))
    assert shared / spread == pytest.approx(math.exp(-1), abs=0.12)


def test_tunnels_have_gaps_of_more_than_half_a_minute_and_the_open_sky_has_none() -> None:
    assert all(error is not None for series in errors(OPEN, 600) for error in series)
    assert sum(series.count(None) for series in errors(TUNNELS, 600)) / 24_000 > 0.2


def test_a_cold_start_repeats_the_last_known_place() -> None:
    receiver = Receiver(OPEN, Random(2))
    far = moved(HOME, 5_000, 0)
    receiver.start_cold(far, 5.5, 30.0)
    seen = [receiver.see(HOME, 1.0) for _ in range(7)]
    assert [one is not None and one.position == far for one in seen] == [True] * 5 + [False] * 2


@pytest.mark.parametrize("sky", SKIES, ids=lambda sky: sky.name)
def test_the_same_seed_sees_the_same(sky: Sky) -> None:
    assert errors(sky, 50, 3) == errors(sky, 50, 3)
