import pytest
from catbot.reveal import PROBE_EVERY, RevealClock, Sightings, Waited
from catbot.wire import Cat, Cats, Store


def cat(name: str) -> Cat:
    return Cat(name, "tabby", Store("s1", "Tea"), 30.0, 120.0, 600_000, 1)


def waited(found: Waited | None) -> float:
    assert found is not None
    return round(found.due_ms, 6)


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
    name = clock.fix_sent(0.0)
    assert name is not None
    assert clock.pong_came(name, 0.125) == [Waited(125.0, 125.0)]
    clock.fix_sent(10.0)
    return clock


def test_what_a_sessions_first_fix_brings_is_revealed_by_it(sightings: Sightings) -> None:
    clock = RevealClock(sightings)
    clock.session_began()
    clock.fix_sent(5.0)
    assert waited(clock.cats_came(news("c1"), {}, 5.25)) == 250


def test_a_cat_that_others_saw_long_before_is_revealed_by_the_fix(
    sightings: Sightings, clock: RevealClock
) -> None:
    sightings.first_s(cat("c1"), 3.0)
    assert waited(clock.cats_came(news("c1"), {}, 10.5)) == 500


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
    assert waited(clock.cats_came(news("c2"), {}, 12.5)) == 500


def test_sightings_are_bounded_and_forget_the_oldest(sightings: Sightings) -> None:
    for number in range(120_000):
        sightings.first_s(cat(f"c{number}"), float(number))
    assert len(sightings) <= 50_001
    assert sightings.first_s(cat("c119999"), 1e9) == 119_999.0


def test_a_reveal_counts_from_when_its_fix_was_due_and_beside_it_from_when_it_left(
    sightings: Sightings,
) -> None:
    clock = RevealClock(sightings)
    clock.session_began()
    clock.fix_sent(5.0, due_s=4.5)
    assert clock.cats_came(news("c1"), {}, 5.25) == Waited(750.0, 250.0)


def test_every_fifth_fix_is_pinged_and_its_pong_says_how_long_it_took(sightings: Sightings) -> None:
    clock = RevealClock(sightings)
    clock.session_began()
    names = [clock.fix_sent(float(second), second - 0.5) for second in range(11)]
    pinged = [second for second, name in enumerate(names) if name is not None]
    assert pinged == [0, PROBE_EVERY, 2 * PROBE_EVERY]
    first, second = names[0], names[PROBE_EVERY]
    assert first is not None
    assert second is not None
    # A server may answer several pings with the pong to the last of them.
    assert clock.pong_came(second, 12.0) == [Waited(12_500.0, 12_000.0), Waited(7_500.0, 7_000.0)]
    assert clock.pong_came(first, 12.0) == []
    assert clock.gave_up(13.0) == [Waited(3_500.0, 3_000.0)]
    assert clock.gave_up(13.0) == []


def test_news_before_a_pong_are_not_counted_from_the_fixes_after_its_ping(
    sightings: Sightings, clock: RevealClock
) -> None:
    """A server that stalls is asked on; what it says then was not caused by the last question."""
    sightings.first_s(cat("c1"), 1.0)
    for second in range(11, 20):
        if clock.fix_sent(float(second)) is not None:
            break
    for later in range(second + 1, second + 4):
        clock.fix_sent(float(later))
    assert waited(clock.cats_came(news("c1"), {}, second + 3.25)) == 3_250
