from catbot.scores import Scores
from catbot.series import Series
from catbot.tally import Tally


def test_a_sample_tells_what_happened_since_the_one_before() -> None:
    tally = Tally()
    series = Series(Scores(tally))
    tally.fixes, tally.online = 10, 5
    tally.latencies.catch.record(100.0)
    series.look(2.0)
    tally.fixes += 4
    tally.refused["missed"] += 2
    series.look(1.0)
    first, second = series.samples()
    assert (first.at_s, first.fixes_per_s, first.online) == (2.0, 5.0, 5)
    assert first.catch_p99_ms is not None
    assert (second.at_s, second.fixes_per_s, second.refused_per_s) == (3.0, 4.0, 2.0)
    assert second.catch_p99_ms is None


def test_however_long_a_run_is_its_samples_stay_few_and_lose_nothing() -> None:
    tally = Tally()
    series = Series(Scores(tally))
    for _ in range(3_001):
        tally.fixes += 3
        series.look(1.0)
    samples = series.samples()
    assert 100 <= len(samples) <= 240
    assert samples[-1].at_s == 3_001
    assert {sample.fixes_per_s for sample in samples} == {3.0}
