from typing import Any

import msgspec
import pytest
from catbot.fail_if import ConditionError, judged, parse
from catbot.histogram import Percentiles
from catbot.options import Options
from catbot.reconcile import Reconciliation
from catbot.report import Outcome, Report, build
from catbot.scores import Scores
from catbot.troop import Part


def report(**changes: Any) -> Report:
    part = Part(Scores(), Reconciliation(), codes=[], duration_s=10.0)
    made = build(Outcome(Options(url="http://localhost"), "2016-11-11T00:00:00+00:00", part, ()))
    return msgspec.structs.replace(made, **changes)


SLOW = report(
    catch_ms=Percentiles(10.0, 90.0, 300.0, 400.0),
    coupons=7,
    errors=2,
    refused={"too_far": 3},
    reconciled=True,
)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("p99_catch_ms>250", True),
        ("p99_catch_ms > 250", True),
        ("catch_ms.p99>300", False),
        ("catch_ms.p99>=300", True),
        ("max_catch_ms>399.5", True),
        ("p50_catch_ms<10.5", True),
        ("errors>0", True),
        ("errors>2", False),
        ("errors!=2", False),
        ("coupons<1", False),
        ("coupons<=7", True),
        ("reconciled==0", False),
        ("reconciled==1", True),
        ("refused.too_far>2", True),
        ("refused.gone>0", False),
        ("refused.gone<1", True),
        ("cheaters.catches>0", False),
        ("cheaters.strategies.teleport.catches>0", False),
        ("reconciliation.unasked>0", False),
        ("fixes_per_s<1", True),
    ],
)
def test_a_condition_is_held_against_the_report(text: str, holds: bool) -> None:
    assert parse(text).check(SLOW).holds is holds


@pytest.mark.parametrize("comparison", ["<", ">", "<=", ">=", "==", "!="])
def test_a_duration_that_was_never_measured_meets_no_condition(comparison: str) -> None:
    checked = parse(f"p99_coupon_ms{comparison}0").check(SLOW)
    assert not checked.holds
    assert (checked.verdict, checked.shown) == ("not measured", f"p99_coupon_ms{comparison}0")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "of the form"),
        ("errors", "of the form"),
        ("errors>", "of the form"),
        (">1", "of the form"),
        ("errors>>1", "of the form"),
        ("errors=1", "of the form"),
        ("errors>many", "not a number"),
        ("errors>1; import os", "of the form"),
        ("errors>nan", "not a number"),
        ("mistakes>1", "no 'mistakes'"),
        ("p98_catch_ms>1", "no 'p98_catch_ms'"),
        ("p99_errors>1", "no 'p99_errors'"),
        ("catch_ms>1", "not a number"),
        ("refused>1", "not a number"),
        ("errors.more>1", "no 'errors.more'"),
        ("started_at>1", "not a number"),
        ("__class__>1", "no '__class__'"),
    ],
)
def test_a_bad_condition_says_what_is_wrong(text: str, complaint: str) -> None:
    with pytest.raises(ConditionError, match=complaint):
        parse(text)


def test_conditions_are_told_as_they_were_written_with_what_was_measured() -> None:
    conditions = [parse(text) for text in ("errors>0", "coupons<1", "p99_catch_ms>250")]
    report = judged(conditions, SLOW)
    assert report.failed == ["errors>0", "p99_catch_ms>250"]
    assert [f"{one.verdict}: {one.shown}" for one in report.conditions] == [
        "failed: errors>0 (it was 2)",
        "passed: coupons<1 (it was 7)",
        "failed: p99_catch_ms>250 (it was 300)",
    ]
