"""What a track says quickly, against what it says exactly."""

from hypothesis import given
from hypothesis import strategies as st

from gameserver.game.stays import pace_mps
from gameserver.game.track import Track

NOW_MS = 1_700_000_000_000

places = st.one_of(
    st.tuples(st.floats(31.22, 31.24), st.floats(121.46, 121.49)),
    st.tuples(st.floats(-89.0, 89.0), st.floats(-180.0, 180.0)),
    st.tuples(st.floats(-0.001, 0.001), st.sampled_from([-180.0, -179.9995, 179.9995, 180.0])),
)
fixes = st.lists(
    st.tuples(
        places,
        st.floats(0.0, 150.0),
        st.integers(200, 20_000),
        st.one_of(st.just(0), st.integers(0, 9_000)),
    ),
    min_size=1,
    max_size=60,
)
"""Place, accuracy, ms since the fix before, and ms that it was late."""


@given(fixes, st.integers(0, 30_000))
def test_the_quick_pace_is_never_less_than_the_pace(
    walk: list[tuple[tuple[float, float], float, int, int]], later_ms: int
) -> None:
    track, at_ms = Track(), NOW_MS
    for place, accuracy_m, after_ms, late_ms in walk:
        at_ms += after_ms
        track.add(place, accuracy_m, False, at_ms - late_ms, at_ms)
    now_ms = at_ms + later_ms
    assert track.pace_at_most_mps(now_ms) >= pace_mps(track, now_ms) - 1e-6


@given(st.floats(0.5, 3.0), st.integers(10, 120))
def test_the_quick_pace_of_a_walk_is_a_walks(speed_mps: float, fixes: int) -> None:
    track = Track()
    for number in range(fixes):
        north = 31.23 + number * speed_mps / 111_195.0
        track.add((north, 121.47), 5.0, False, NOW_MS + number * 1_000, NOW_MS + number * 1_000)
    assert track.pace_at_most_mps(NOW_MS + fixes * 1_000) <= 1.01 * speed_mps
