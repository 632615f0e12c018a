import math

import msgspec
import pytest
from catbot.histogram import Histogram, Percentiles
from hypothesis import given
from hypothesis import strategies as st

durations = st.floats(min_value=0.001, max_value=3_600_000)


def filled(values: list[float]) -> Histogram:
    histogram = Histogram()
    for value in values:
        histogram.record(value)
    return histogram


@given(st.lists(durations, min_size=1), st.sampled_from([0.0, 0.01, 0.5, 0.9, 0.99, 1.0]))
def test_a_percentile_is_within_four_per_mille_of_the_exact_one(
    values: list[float], share: float
) -> None:
    exact = sorted(values)[max(1, math.ceil(share * len(values))) - 1]
    assert filled(values).percentile(share) == pytest.approx(exact, rel=1 / 256)


@given(st.lists(durations, min_size=1))
def test_percentiles_never_fall_and_the_largest_is_exact(values: list[float]) -> None:
    found = filled(values).percentiles()
    assert found.max == pytest.approx(max(values), abs=0.001)
    assert None not in (found.p50, found.p90, found.p99)
    assert found.p50 <= found.p90 <= found.p99 <= found.max + 0.001  # type: ignore[operator]


@given(st.lists(durations, min_size=1), st.lists(durations, min_size=1))
def test_adding_two_histograms_counts_what_both_counted(
    first: list[float], second: list[float]
) -> None:
    both = filled(first)
    both.add(filled(second))
    assert both.percentiles() == filled(first + second).percentiles()
    assert both.count == len(first) + len(second)


def test_an_empty_histogram_has_no_percentiles() -> None:
    assert Histogram().percentiles() == Percentiles(None, None, None, None)
    assert Histogram().percentile(0.5) is None


def test_memory_stays_bounded_however_much_is_counted() -> None:
    histogram = Histogram()
    value = 0.0005
    while value < 1e12:
        histogram.record(value)
        value *= 1.001
    assert len(histogram.buckets) < 5_000


@pytest.mark.parametrize("value", [0.0, -1.0, 1e300])
def test_a_value_out_of_range_counts_as_the_nearest_in_range(value: float) -> None:
    histogram = filled([value])
    assert histogram.count == 1
    assert 0 < histogram.max_ms <= 24 * 3600 * 1000


@given(st.lists(durations), st.lists(durations))
def test_what_was_counted_since_is_what_was_counted_later(
    first: list[float], later: list[float]
) -> None:
    histogram = filled(first)
    before = histogram.copy()
    for value in later:
        histogram.record(value)
    since = histogram.since(before)
    assert (since.buckets, since.count) == (filled(later).buckets, len(later))
    assert since.max_ms == pytest.approx(max(later, default=0.0), rel=1 / 128)
    assert since.max_ms <= histogram.max_ms


@given(st.lists(durations))
def test_a_histogram_is_the_same_after_a_way_between_processes(values: list[float]) -> None:
    histogram = filled(values)
    sent = msgspec.msgpack.encode(histogram)
    assert msgspec.msgpack.decode(sent, type=Histogram) == histogram
