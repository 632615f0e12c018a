"""Conditions that fail a run: `p99_catch_ms>250`, `errors>0`, `coupons<1`, `reconciled==0`.

A condition is a field of the report, a comparison and a number. A percentile is written
`p99_catch_ms` (p50, p90, p99, max) or `catch_ms.p99`, an entry of a nested object
`refused.too_far` or `cheaters.catches`; a yes or no compares as 1 or 0. Names are checked against
the report's own fields before a run starts. An entry that a map does not hold counts as 0, and a
duration that was never measured meets no condition.
"""

import math
import operator
import re
from collections.abc import Callable, Iterable
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from catbot.histogram import Percentiles
from catbot.report import Checked, Report

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
_CONDITION = re.compile(
    r"\s*(?P<name>[A-Za-z0-9_.]+)\s*(?P<comparison>>=|<=|==|!=|>|<)\s*(?P<bound>[^\s<>=!]+)\s*"
)
_PERCENTILE = re.compile(r"(p50|p90|p99|max)_(\w+_ms)")


class ConditionError(ValueError):
    """A condition cannot be read, or names nothing that a report holds as a number."""


class Condition(msgspec.Struct, frozen=True):
    """One condition; `path` leads from the report to a number."""

    text: str
    path: tuple[str, ...]
    comparison: str
    bound: float

    def check(self, report: Report) -> Checked:
        """What the report says, and whether that fails the run."""
        value: Any = report
        for step in self.path:
            if isinstance(value, dict):
                if step not in value:
                    value = 0
                    break
                value = value[step]
            else:
                value = getattr(value, step)
        measured = None if value is None else float(value)
        holds = measured is not None and _COMPARISONS[self.comparison](measured, self.bound)
        return Checked(self.text, measured, holds)


def parse(text: str) -> Condition:
    """Read one condition. Raises ConditionError, saying what is wrong with it."""
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise ConditionError(f"{text!r} is not of the form NAME>NUMBER (or <, >=, <=, ==, !=)")
    try:
        bound = float(match["bound"])
    except ValueError:
        bound = math.nan
    if not math.isfinite(bound):
        raise ConditionError(f"{text!r}: {match['bound']!r} is not a number")
    return Condition(text.strip(), _path_of(match["name"], text), match["comparison"], bound)


def judged(conditions: Iterable[Condition], report: Report) -> Report:
    """The report with what came of each condition."""
    checked = [condition.check(report) for condition in conditions]
    failed = [one.text for one in checked if one.holds]
    return msgspec.structs.replace(report, conditions=checked, failed=failed)


def _path_of(name: str, text: str) -> tuple[str, ...]:
    percentile = _PERCENTILE.fullmatch(name)
    path = (percentile[2], percentile[1]) if percentile else tuple(name.split("."))
    kind: Any = Report
    for step in path:
        if get_origin(kind) is dict:
            kind = get_args(kind)[1]
        elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            kind = get_type_hints(kind).get(step)
        else:
            kind = None
        if kind is None:
            raise ConditionError(f"{text!r}: a report has no {name!r} ({_names()})")
    if not _is_number(kind):
        raise ConditionError(f"{text!r}: {name!r} is not a number ({_names()})")
    return path


def _is_number(kind: Any) -> bool:
    return all(one in (int, float, bool, type(None)) for one in get_args(kind) or (kind,))


def _names() -> str:
    names = []
    for name, kind in get_type_hints(Report).items():
        if kind is Percentiles:
            names.append(f"p99_{name}")
        elif _is_number(kind):
            names.append(name)
    return "try " + ", ".join(names)
