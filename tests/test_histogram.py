"""Histograms count as Prometheus does: a bucket has what is at most its bound."""

from hypothesis import example, given
from hypothesis import strategies as st

from gameserver.histogram import ITEMS, SECONDS, Histogram

values = st.floats(0.0, 100.0) | st.sampled_from(SECONDS)


@example([0.0])
@example([SECONDS[0], SECONDS[-1], 2 * SECONDS[-1]])
@given(st.lists(values))
def test_so_many_values_are_at_most_a_bound(given_values: list[float]) -> None:
    histogram = Histogram()
    for value in given_values:
        histogram.add(value)
    for number, bound in enumerate(SECONDS):
        at_most = sum(value <= bound for value in given_values)
        assert sum(histogram.counts[: number + 1]) == at_most
    assert sum(histogram.counts) == len(given_values)
    assert histogram.total == sum(given_values)


def test_bounds_rise() -> None:
    for bounds in (SECONDS, ITEMS):
        assert list(bounds) == sorted(set(bounds))
