from catbot.pace import Beat, grid_s, on_grid
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


@given(st.floats(0, 1e7), st.floats(1, 1e6))
def test_on_a_grid_nobody_comes_early_or_much_later(when_s: float, ticks_per_s: float) -> None:
    apart_s = grid_s(ticks_per_s)
    assert when_s <= on_grid(when_s, apart_s) + 1e-9
    assert on_grid(when_s, apart_s) < when_s + apart_s + 1e-9


@given(st.floats(0.01, 1e6))
def test_moments_of_a_grid_have_dozens_of_ticks_and_are_at_most_20_ms_apart(
    ticks_per_s: float,
) -> None:
    apart_s = grid_s(ticks_per_s)
    assert 0.001 <= apart_s <= 0.02
    assert ticks_per_s * apart_s <= max(100, ticks_per_s * 0.001)
