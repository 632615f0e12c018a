import json
import math
from html.parser import HTMLParser

import msgspec
import pytest
from catbot.chart import Axis, Chart, Line, _ticks
from catbot.fail_if import judged, parse
from catbot.histogram import Histogram
from catbot.options import Options
from catbot.page import to_html
from catbot.phases import Span
from catbot.reconcile import Reconciliation
from catbot.report import Outcome, Report, build, remarks, to_json
from catbot.scores import Scores
from catbot.series import Series
from catbot.tally import Tally
from catbot.troop import Part
from hypothesis import given
from hypothesis import strategies as st

CONTRACT = {
    *("players", "connected", "duration_s", "fixes", "fixes_per_s", "catches", "catches_per_s"),
    *("coupons", "refused", "errors", "disconnects", "connect_ms", "reveal_ms", "catch_ms"),
    *("coupon_ms", "reconciled"),
}


def report_of(honest: Tally, *cheats: tuple[str, Tally], title: str = "http://localhost") -> Report:
    series = Series(Scores(honest))
    series.look(1.0)
    part = Part(
        scores=Scores(honest, dict(cheats), Histogram(), cpu_s=0.5),
        reconciliation=Reconciliation(told=1, missing=1, problems=("told of <A>: not there",)),
        codes=[],
        duration_s=10.0,
    )
    options = Options(url=title, tokens=("secret-token",), duration_s=math.inf)
    return build(Outcome(options, "2016-11-11T00:00:00+00:00", part, series.samples()))


def busy_tally() -> Tally:
    tally = Tally()
    tally.players, tally.welcomed, tally.fixes, tally.catches = 4, 3, 50, 5
    tally.refused.update({"missed": 2, "gone": 9})
    tally.errors.update({"closed_1006": 1, "violation": 1})
    tally.disconnects.update({4101: 1, 1012: 2})
    for value in (1.0, 2.0, 100.0):
        tally.latencies.catch.record(value, value * 0.6)
    tally.given("CODE-1")
    tally.said, tally.heard = 60, 140
    return tally


def test_the_json_has_every_field_of_the_contract() -> None:
    fields = json.loads(to_json(report_of(busy_tally())))
    assert set(fields) >= CONTRACT
    assert fields["fixes_per_s"] == 5.0
    assert fields["catches_per_s"] == 0.5
    assert fields["refused"] == {"gone": 9, "missed": 2}
    assert fields["disconnects"] == {"1012": 2, "4101": 1}
    assert fields["errors"] == 2
    assert fields["coupons"] == 1
    assert set(fields["catch_ms"]) == {"p50", "p90", "p99", "max"}
    assert fields["catch_ms"]["max"] == 100.0
    assert fields["reveal_ms"]["p99"] is None
    assert fields["reconciled"] is False
    assert (fields["messages"], fields["cpu_us_per_message"]) == (200, 2_500.0)
    assert fields["since_sent"]["catch_ms"]["max"] == 60.0
    assert fields["coupon_codes"] == ["CODE-1"]
    assert (fields["seed"], fields["options"]["players"]) == (1, 100)


def test_tokens_stay_out_of_the_report() -> None:
    report = report_of(busy_tally())
    assert b"secret-token" not in to_json(report)
    assert "secret-token" not in to_html(report)


def test_the_sample_of_codes_is_bounded() -> None:
    tally = Tally()
    for number in range(500):
        tally.given(f"CODE-{number}")
    report = report_of(tally)
    assert report.coupons == 500
    assert len(report.coupon_codes) == 100


def test_cheaters_are_counted_apart() -> None:
    cheat = Tally()
    cheat.players = 2
    cheat.refused["teleported"] = 7
    cheat.disconnects[4102] = 1
    report = report_of(busy_tally(), ("teleport", cheat), ("driver", Tally()))
    assert "teleported" not in report.refused
    assert report.cheaters.players == 2
    assert report.cheaters.refused == {"teleported": 7}
    assert report.cheaters.strategies["teleport"].refused == {"teleported": 7}
    assert report.cheaters.disconnects == {"4102": 1}


class Tags(HTMLParser):
    """Checks that what opens also closes, and keeps the names of all tags."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes += [name for name, _ in attrs]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_needs_nothing_else() -> None:
    tags = Tags()
    tags.feed(to_html(report_of(busy_tally(), ("teleport", busy_tally()))))
    assert not tags.open
    assert "svg" in tags.seen
    assert not {"script", "link", "img", "iframe"} & set(tags.seen)
    assert not {"src", "href"} & set(tags.attributes)


def test_the_page_shows_times_from_sending_only_where_they_differ() -> None:
    assert "catch, once it was sent" in to_html(report_of(busy_tally()))
    tally = busy_tally()
    tally.latencies.catch.sent = tally.latencies.catch.total
    assert "once it was sent" not in to_html(report_of(tally))


def test_phases_are_behind_the_lines_of_a_chart() -> None:
    spans = (Span("ramp to 5", 0, 2), Span("hold", 2, 4))
    drawn = Chart("t", [Line("players", [1.0, 5.0])], [2.0, 4.0], spans).draw()
    assert drawn.count("<rect") == 2
    assert "ramp to 5" in drawn


def test_what_comes_from_outside_is_escaped_on_the_page() -> None:
    page = to_html(report_of(busy_tally(), title="http://<q>"))
    assert "<q>" not in page
    assert "told of &lt;A&gt;" in page


def test_a_chart_has_a_gap_where_nothing_was_measured() -> None:
    line = Line("p50", [1.0, 2.0, None, 3.0, 4.0])
    drawn = Chart("t", [line], [1.0, 2.0, 3.0, 4.0, 5.0]).draw()
    assert drawn.count("<polyline") == 2


def test_a_pointer_reads_what_the_lines_say_at_each_moment() -> None:
    lines = [Line("p50", [1.0, None, 2_345.6]), Line("p99", [7.25, None, None])]
    drawn = Chart("t", lines, [1.0, 2.0, 150.0]).draw()
    assert drawn.count('class="at"') == 3
    assert "1 s&#160;&#160; p50 1&#160;&#160; p99 7.25<" in drawn
    assert ">2 s<" in drawn
    assert "2:30&#160;&#160; p50 2,346<" in drawn


@given(st.floats(0.001, 1e6))
def test_the_moments_named_below_a_chart_are_few_and_within_it(span_s: float) -> None:
    at_s = [float(found) for found in _ticks(span_s)]
    assert at_s[0] == 0
    assert at_s[-1] <= span_s
    assert len(at_s) <= 12


def test_the_page_says_what_came_of_every_condition_and_who_never_got_in() -> None:
    report = report_of(busy_tally())
    conditions = [parse(text) for text in ("errors>0", "coupons<1", "p99_reveal_ms>5")]
    page = to_html(judged(conditions, report))
    assert "failed: errors&gt;0 (it was 2)" in page
    assert "passed: coupons&lt;1 (it was 1)" in page
    assert "not measured: p99_reveal_ms&gt;5" in page
    assert "1 of 4 players were never let in" in page


def test_bots_that_were_late_themselves_are_remarked_on() -> None:
    late = Histogram()
    late.record(80.0)
    report = report_of(Tally())
    assert remarks(report) == []
    (remark,) = remarks(msgspec.structs.replace(report, lag_ms=late.percentiles()))
    assert "more processes" in remark


def test_a_lonely_value_in_a_chart_is_a_dot() -> None:
    assert "<circle" in Chart("t", [Line("p50", [None, 3.0])], [1.0, 2.0]).draw()


def test_a_chart_of_nothing_says_so() -> None:
    assert "<svg" not in Chart("t", [Line("p50", [None])], [1.0]).draw()
    assert "<svg" not in Chart("t", [Line("p50", [])], []).draw()


@given(st.lists(st.floats(0, 1e7), min_size=1), st.booleans())
def test_an_axis_has_room_for_every_value(values: list[float], log: bool) -> None:
    axis = Axis.over(values, log=log)
    assert all(0 <= axis.share(value) <= 1 for value in values)
    marks = axis.marks()
    assert marks == sorted(set(marks))
    assert axis.share(marks[0]) == pytest.approx(0)
    assert axis.share(marks[-1]) == pytest.approx(1)


def test_a_log_axis_keeps_small_values_apart_beside_a_large_one() -> None:
    axis = Axis.over([1.0, 10.0, 10_000.0], log=True)
    assert axis.share(10.0) - axis.share(1.0) == pytest.approx(0.25)
