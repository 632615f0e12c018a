import pytest
from catbot.reveal import RevealClock, Sightings
from catbot.wire import Cat, Cats, Store


def cat(name: str) -> Cat:
    return Cat(name, "tabby", Store("s1", "Tea"), 30.0, 120.0, 600_000, 1)


def news(*names: str) -> Cats:
    return Cats(appear=tuple(cat(name) for name in names))


@pytest.fixture
def sightings() -> Sightings:
    return Sightings()


@pytest.fixture
def clock(sightings: Sightings) -> RevealClock:
    """A player's clock: its first fix at 0 s showed nothing, another one left at 10 s."""
    clock = RevealClock(sightings)
    clock.session_began()
    clock.fix_sent(0.0)
    clock.fix_sent(10.0)
    return clock


def test_what_a_sessions_first_fix_brings_is_revealed_by_it(sightings: Sightings) -> None:
    clock = RevealClock(sightings)
    clock.session_began()
    clock.fix_sent(5.0)
    assert clock.cats_came(news("c1"), {}, 5.25) == 250.0


def test_a_cat_that_others_saw_long_before_is_revealed_by_the_fix(
    sightings: Sightings, clock: RevealClock
) -> None:
    sightings.first_s(cat("c1"), 3.0)
    assert clock.cats_came(news("c1"), {}, 10.5) == 500.0


def test_a_cat_that_nobody_saw_before_was_put_there(clock: RevealClock) -> None:
    assert clock.cats_came(news("c1"), {}, 10.5) is None


def test_a_cat_that_others_saw_just_now_was_put_there(
    sightings: Sightings, clock: RevealClock
) -> None:
    sightings.first_s(cat("c1"), 9.9)
    assert clock.cats_came(news("c1"), {}, 10.5) is None


def test_a_cat_that_the_player_sees_already_only_changed(
    sightings: Sightings, clock: RevealClock
) -> None:
    sightings.first_s(cat("c1"), 3.0)
    assert clock.cats_came(news("c1"), {"c1": cat("c1")}, 10.5) is None


def test_only_the_first_message_after_a_fix_is_measured(
    sightings: Sightings, clock: RevealClock
) -> None:
    sightings.first_s(cat("c1"), 3.0)
    assert clock.cats_came(Cats(vanish=("c0",)), {}, 10.1) is None
    assert clock.cats_came(news("c1"), {}, 10.5) is None


def test_a_new_session_measures_its_first_fix_again(clock: RevealClock) -> None:
    clock.session_began()
    assert clock.cats_came(news("c1"), {}, 11.0) is None
    clock.fix_sent(12.0)
    assert clock.cats_came(news("c2"), {}, 12.5) == 500.0


def test_sightings_are_bounded_and_forget_the_oldest(sightings: Sightings) -> None:
    for number in range(120_000):
        sightings.first_s(cat(f"c{number}"), float(number))
    assert len(sightings) <= 50_001
    assert sightings.first_s(cat("c119999"), 1e9) == 119_999.0
