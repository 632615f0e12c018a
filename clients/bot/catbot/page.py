"""The report as one page that needs nothing else: inline SVG charts, no script, no network."""

import math
from collections.abc import Sequence
from html import escape

import msgspec

from catbot.histogram import Percentiles
from catbot.report import Report

_WIDTH, _HEIGHT = 720, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 24, 20, 24
_COLOURS = ("#2563eb", "#dc2626", "#16a34a")

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:#1f2937;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}
table{border-collapse:collapse}td,th{padding:.2rem .8rem;text-align:right;border-bottom:1px solid
#e5e7eb;font-variant-numeric:tabular-nums}td:first-child,th:first-child{text-align:left}
svg{width:100%;height:auto}.bad{color:#b91c1c;font-weight:600}.good{color:#15803d;font-weight:600}
text{font:11px system-ui,sans-serif;fill:#4b5563}
"""


class Line(msgspec.Struct, frozen=True):
    """One line of a chart: a value per sample, None where nothing was measured."""

    name: str
    values: Sequence[float | None]


class Axis(msgspec.Struct, frozen=True):
    """The values of a chart from bottom to top. A `log` axis shows a whole power of ten as a step,
    so that one slow moment does not flatten everything else.
    """

    low: float
    high: float
    log: bool

    @classmethod
    def over(cls, values: Sequence[float], *, log: bool) -> "Axis":
        """An axis with round ends that holds all values."""
        high = max(*values, 0.001)
        if not log:
            step = 10.0 ** math.floor(math.log10(high))
            return cls(0.0, next(n * step for n in (1, 2, 5, 10) if n * step >= high), log)
        low = max(0.001, min(values))
        bottom, top = math.floor(math.log10(low)), math.ceil(math.log10(high))
        return cls(10.0**bottom, 10.0 ** max(top, bottom + 1), log)

    def share(self, value: float) -> float:
        """How high on the axis a value stands, 0 to 1."""
        if self.log:
            value = max(value, self.low)
            return math.log(value / self.low) / math.log(self.high / self.low)
        return value / self.high

    def marks(self) -> list[float]:
        """The values to name on the axis."""
        if not self.log:
            return [0.0, self.high / 2, self.high]
        steps = round(math.log10(self.high / self.low))
        return [self.low * 10.0**step for step in range(steps + 1)]


def to_html(report: Report) -> str:
    """The whole page."""
    series = report.series
    at_s = [sample.at_s for sample in series]
    charts = (
        (
            "Players connected",
            [Line("players", [float(sample.online) for sample in series])],
        ),
        (
            "Fixes per second",
            [Line("fixes/s", [sample.fixes_per_s for sample in series])],
        ),
        (
            "Catches and refusals per second",
            [
                Line("catches/s", [sample.catches_per_s for sample in series]),
                Line("refused/s", [sample.refused_per_s for sample in series]),
            ],
        ),
        (
            "Catch latency, ms",
            [
                Line("p50", [sample.catch_p50_ms for sample in series]),
                Line("p99", [sample.catch_p99_ms for sample in series]),
            ],
        ),
        (
            "Reveal latency, ms",
            [
                Line("p50", [sample.reveal_p50_ms for sample in series]),
                Line("p99", [sample.reveal_p99_ms for sample in series]),
            ],
        ),
    )
    drawn = "".join(
        f"<h2>{escape(title)}</h2>{chart(at_s, lines, log=title.endswith('ms'))}"
        for title, lines in charts
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Load report</title><style>{_STYLE}</style></head><body>"
        f"<h1>Load report, {escape(report.started_at)}</h1>{_verdict(report)}"
        f"<h2>Counts</h2>{_counts(report)}<h2>Latencies, ms</h2>{_latencies(report)}"
        f"{_table('Refused', report.refused)}{_table('Errors', report.error_kinds)}"
        f"{_table('Disconnects', report.disconnects)}{_cheaters(report)}{drawn}"
        f"{_table('Options', {name: str(value) for name, value in report.options.items()})}"
        "</body></html>\n"
    )


def chart(at_s: Sequence[float], lines: Sequence[Line], *, log: bool = False) -> str:
    """Lines over time as an SVG; a gap where a value is None."""
    known = [value for line in lines for value in line.values if value is not None]
    if not known or not at_s:
        return "<p>Nothing was measured.</p>"
    axis = Axis.over(known, log=log)
    width, height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _BOTTOM - _TOP
    span_s = max(at_s[-1], 0.001)

    def x(second: float) -> float:
        return round(_LEFT + width * second / span_s, 1)

    def y(value: float) -> float:
        return round(_TOP + height * (1 - axis.share(value)), 1)

    parts = [
        f'<path d="M{_LEFT} {y(mark)}H{_WIDTH - _RIGHT}" stroke="#e5e7eb"/>'
        f'<text x="{_LEFT - 6}" y="{y(mark) + 4}" text-anchor="end">{mark:,.10g}</text>'
        for mark in axis.marks()
    ]
    parts += [
        f'<text x="{x(second)}" y="{_HEIGHT - 6}" text-anchor="middle">{second:.0f} s</text>'
        for second in (0.0, span_s / 2, span_s)
    ]
    for number, line in enumerate(lines):
        colour = _COLOURS[number % len(_COLOURS)]
        for run in _runs(at_s, line.values):
            points = [(x(second), y(value)) for second, value in run]
            parts.append(_drawn(points, colour))
        parts.append(
            f'<text x="{_LEFT + 10 + 90 * number}" y="12" style="fill:{colour}">'
            f"{escape(line.name)}</text>"
        )
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">{"".join(parts)}</svg>'


def _drawn(points: Sequence[tuple[float, float]], colour: str) -> str:
    if len(points) == 1:
        return f'<circle cx="{points[0][0]}" cy="{points[0][1]}" r="2" fill="{colour}"/>'
    way = " ".join(f"{x},{y}" for x, y in points)
    return f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def _runs(at_s: Sequence[float], values: Sequence[float | None]) -> list[list[tuple[float, float]]]:
    """The stretches of a line without a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for second, value in zip(at_s, values, strict=True):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((second, value))
    return [run for run in runs if run]


def _verdict(report: Report) -> str:
    faults = [f"failed: {condition}" for condition in report.failed]
    if not report.reconciled:
        faults.append("not every coupon is in its player's wallet")
    faults.extend(report.reconciliation.problems)
    if not faults:
        return '<p class="good">No condition failed; every coupon is in its player\'s wallet.</p>'
    return "".join(f'<p class="bad">{escape(fault)}</p>' for fault in faults)


def _counts(report: Report) -> str:
    return _rows(
        {
            "players connected": f"{report.connected} of {report.players}",
            "duration": f"{report.duration_s} s",
            "fixes": f"{report.fixes} ({report.fixes_per_s}/s)",
            "catches": f"{report.catches} ({report.catches_per_s}/s)",
            "coupons": str(report.coupons),
            "refused": str(sum(report.refused.values())),
            "errors": str(report.errors),
        }
    )


def _latencies(report: Report) -> str:
    rows = "".join(
        f"<tr><td>{name}</td>{_cells(times)}</tr>"
        for name, times in (
            ("connect", report.connect_ms),
            ("reveal", report.reveal_ms),
            ("catch", report.catch_ms),
            ("coupon", report.coupon_ms),
            ("own lag", report.lag_ms),
        )
    )
    heads = "".join(f"<th>{head}</th>" for head in ("", "p50", "p90", "p99", "max"))
    return f"<table><tr>{heads}</tr>{rows}</table>"


def _cells(times: Percentiles) -> str:
    return "".join(
        f"<td>{'-' if value is None else f'{value:.1f}'}</td>"
        for value in (times.p50, times.p90, times.p99, times.max)
    )


def _cheaters(report: Report) -> str:
    if not report.cheaters.players:
        return ""
    return _table(
        "Cheaters",
        {
            name: f"{strategy.players} players, {strategy.catches} catches, "
            f"{strategy.fouls} fouls, {sum(strategy.refused.values())} refused"
            for name, strategy in report.cheaters.strategies.items()
        },
    )


def _table(title: str, counts: dict[str, int] | dict[str, str]) -> str:
    return f"<h2>{escape(title)}</h2>{_rows(counts)}" if counts else ""


def _rows(cells: dict[str, int] | dict[str, str]) -> str:
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(str(value))}</td></tr>"
        for name, value in cells.items()
    )
    return f"<table>{rows}</table>"
