from catbot.pace import Beat
from hypothesis import given
from hypothesis import strategies as st


@given(st.lists(st.floats(0, 0.99), min_size=1, max_size=50))
def test_late_ticks_do_not_move_the_schedule(late_s: list[float]) -> None:
    beat = Beat(100.0, 1.0)
    for number, late in enumerate(late_s):
        assert beat.due_s == 100.0 + number
        assert beat.tick(beat.due_s + late) == 0


def test_ticks_that_were_missed_are_left_out_and_counted() -> None:
    beat = Beat(0.0, 1.0)
    assert beat.tick(3.5) == 3
    assert beat.due_s == 4.0


def test_a_timer_that_fires_early_still_takes_its_tick() -> None:
    beat = Beat(10.0, 1.0)
    assert beat.tick(9.9995) == 0
    assert beat.due_s == 11.0
