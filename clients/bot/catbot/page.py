"""The report as one page that needs nothing else: inline SVG charts, no script, no network.

A pointer (or a finger) on a chart reads what its lines say there.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise

from catbot.chart import Chart, Line
from catbot.histogram import Percentiles
from catbot.report import Report, differs, remarks
from catbot.series import Sample

_REASONS_DRAWN = 6
_OF_PHASES = ("players", "ramp_s", "duration_s")
_NOT_OF_THE_RUN = ("report", "json", "history", "fail_if", "tokens")
_CLASSES = {"failed": "bad", "passed": "good", "not measured": "doubt"}
_COLOURS = {"p50": 0, "p90": 2, "p99": 1, "max": 3}
"""A percentile has the same colour in every chart."""

_STYLE = """
:root{color-scheme:light dark;--ink:#1f2937;--soft:#6b7280;--line:#e5e7eb;--card:#f9fafb;
--page:#fff;--bad:#b91c1c;--good:#15803d;--c0:#2563eb;--c1:#dc2626;--c2:#059669;--c3:#d97706;--c4:#7c3aed;
--c5:#0891b2}
@media(prefers-color-scheme:dark){:root{--ink:#e5e7eb;--soft:#9ca3af;--line:#374151;--card:#1a2230;
--page:#111827;--bad:#f87171;--good:#4ade80;--c0:#60a5fa;--c1:#f87171;--c2:#34d399;--c3:#fbbf24;
--c4:#a78bfa;--c5:#22d3ee}}
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;
color:var(--ink);background:var(--page)}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}
.sub{color:var(--soft);margin:0}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(12rem,1fr));gap:.75rem;
margin:1.5rem 0}
.cards div{background:var(--card);border:1px solid var(--line);border-radius:.5rem;
padding:.6rem .8rem}
.cards b{display:block;white-space:nowrap;font-size:1.35rem;font-variant-numeric:tabular-nums}
.cards span{color:var(--soft);font-size:.85rem}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(30rem,100%),1fr));gap:1rem}
figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:.5rem;
padding:.6rem}
figcaption{font-weight:600;display:flex;justify-content:space-between;flex-wrap:wrap}
figcaption i{font-style:normal;font-weight:400;font-size:.85rem;display:flex;flex-wrap:wrap;
gap:0 .8rem}
table{border-collapse:collapse}td,th{padding:.25rem .9rem;text-align:right;
border-bottom:1px solid var(--line);font-variant-numeric:tabular-nums}
th{color:var(--soft);font-weight:500}td:first-child,th:first-child{text-align:left;padding-left:0}
.words td{text-align:left;overflow-wrap:anywhere}.words td:first-child{white-space:nowrap}
.beside td{color:var(--soft)}.tables{display:flex;flex-wrap:wrap;gap:0 3rem}
td .bar{display:block;height:.5rem;border-radius:.25rem;background:var(--c0);min-width:2px}
.verdict{margin:1rem 0}.verdict p{margin:.15rem 0}
.bad{color:var(--bad);font-weight:600}.good{color:var(--good);font-weight:600}
.doubt{color:var(--c3);font-weight:600}
svg{width:100%;height:auto;display:block}text{font:11px system-ui,sans-serif;fill:var(--soft)}
.grid{stroke:var(--line)}.odd{fill:none;pointer-events:all}.even{fill:var(--line);opacity:.45}
.at{opacity:0}.at:hover{opacity:1}.area{fill:none;pointer-events:all}.now{stroke:var(--soft)}
.at text{fill:var(--ink)}
.grid,polyline,.now{vector-effect:non-scaling-stroke}
polyline{fill:none;stroke-width:1.6;stroke-linejoin:round}
@media(max-width:40rem){text{font-size:19px}.phase{display:none}td,th{padding:.25rem .5rem}
body{margin:1rem auto}.cards{grid-template-columns:1fr 1fr}}
span.c0{color:var(--c0)}span.c1{color:var(--c1)}span.c2{color:var(--c2)}span.c3{color:var(--c3)}
span.c4{color:var(--c4)}span.c5{color:var(--c5)}
polyline.c0{stroke:var(--c0)}polyline.c1{stroke:var(--c1)}polyline.c2{stroke:var(--c2)}
polyline.c3{stroke:var(--c3)}polyline.c4{stroke:var(--c4)}polyline.c5{stroke:var(--c5)}
circle.c0{fill:var(--c0)}circle.c1{fill:var(--c1)}circle.c2{fill:var(--c2)}circle.c3{fill:var(--c3)}
circle.c4{fill:var(--c4)}circle.c5{fill:var(--c5)}
"""


def to_html(report: Report) -> str:
    """The whole page."""
    address = escape(str(report.options.get("url", "")))
    tables = (
        _bars("Refused", report.refused),
        _bars("Disconnects, by close code", report.disconnects),
        _bars("Connections that failed", report.failed_connects),
        _bars("Errors", report.error_kinds),
        _cheaters(report),
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Load report</title><style>{_STYLE}</style></head><body>"
        f'<h1>Load report</h1><p class="sub">{address}, {escape(report.started_at)}, '
        f"{report.duration_s:.0f} s, seed {report.seed}</p>{_verdict(report)}{_cards(report)}"
        f'<div class="charts">{"".join(chart.draw() for chart in charts(report))}</div>'
        f"<h2>Latencies, ms</h2>{_latencies(report)}"
        f'<div class="tables">{"".join(tables)}</div>'
        f"<h2>Options</h2>{_rows(_options(report))}</body></html>\n"
    )


def charts(report: Report) -> list[Chart]:
    """The run over time."""
    series = report.series
    at_s = [sample.at_s for sample in series]

    def chart(title: str, lines: Iterable[Line], *, log: bool = False) -> Chart:
        return Chart(title, tuple(lines), at_s, report.spans, log)

    def lines(**names: str) -> list[Line]:
        return [
            Line(name, [getattr(sample, field) for sample in series], _COLOURS.get(name))
            for name, field in names.items()
        ]

    percentiles = {
        "catch": lines(
            p50="catch_p50_ms", p90="catch_p90_ms", p99="catch_p99_ms", max="catch_max_ms"
        ),
        "fix": lines(p50="fix_p50_ms", p99="fix_p99_ms"),
        "reveal": lines(p50="reveal_p50_ms", p99="reveal_p99_ms"),
    }
    return [
        chart("Players connected", lines(players="online")),
        chart("Fixes per second", lines(fixes="fixes_per_s")),
        chart("Catch: from the throw to its answer, ms", percentiles["catch"], log=True),
        chart("Fix: until the server had dealt with it, ms", percentiles["fix"], log=True),
        chart("Reveal: from a fix to the cats it shows, ms", percentiles["reveal"], log=True),
        chart(
            "Catches and refusals per second",
            lines(caught="catches_per_s", refused="refused_per_s"),
        ),
        chart("Refusals per second, by reason", _reasons(series)),
        chart("Trouble per second", _troubles(series)),
        chart("The bots' own lag, ms", lines(p99="lag_p99_ms"), log=True),
    ]


def _troubles(series: Sequence[Sample]) -> list[Line]:
    lasted_s = _lengths_s(series)
    return [
        Line(
            name,
            [
                getattr(sample, field) / length_s
                for sample, length_s in zip(series, lasted_s, strict=True)
            ],
            colour,
        )
        for name, field, colour in (
            ("lost lines", "disconnects", 0),
            ("failed connects", "failed_connects", 3),
            ("errors", "errors", 1),
        )
    ]


def _lengths_s(series: Sequence[Sample]) -> list[float]:
    """How many seconds each sample is of."""
    ends_s = [sample.at_s for sample in series]
    return [(later - before) or 1.0 for before, later in pairwise([0.0, *ends_s])]


def _reasons(series: Sequence[Sample]) -> list[Line]:
    """A line for each of the most frequent reasons."""
    total: Counter[str] = Counter()
    for sample in series:
        total.update(sample.refused)
    lasted_s = _lengths_s(series)
    return [
        Line(
            reason,
            [
                sample.refused.get(reason, 0) / length_s
                for sample, length_s in zip(series, lasted_s, strict=True)
            ],
        )
        for reason, _ in total.most_common(_REASONS_DRAWN)
    ]


def _verdict(report: Report) -> str:
    checked = "".join(
        f'<p class="{_CLASSES[one.verdict]}">{one.verdict}: {escape(one.shown)}</p>'
        for one in report.conditions
    )
    if report.reconciled:
        wallets = '<p class="good">Every coupon is in its player\'s wallet.</p>'
    else:
        faults = ("not every coupon is in its player's wallet", *report.reconciliation.problems)
        wallets = "".join(f'<p class="bad">{escape(fault)}</p>' for fault in faults)
    said = "".join(f'<p class="doubt">{escape(remark)}</p>' for remark in remarks(report))
    return f'<div class="verdict">{checked}{wallets}{said}</div>'


def _options(report: Report) -> dict[str, str]:
    """What makes the same run again."""
    left_out = (*_NOT_OF_THE_RUN, *(_OF_PHASES if report.options.get("phases") else ()))
    return {
        name: ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        for name, value in report.options.items()
        if name not in left_out and value not in (None, [], ())
    }


def _cards(report: Report) -> str:
    cards = {
        "players connected": f"{report.connected:,} of {report.players:,}",
        "fixes a second": f"{report.fixes_per_s:,.0f}",
        "catches a second": f"{report.catches_per_s:,.1f}",
        "coupons": f"{report.coupons:,}",
        "catch p99": _ms(report.catch_ms.p99),
        "fix p99": _ms(report.fix_ms.p99),
        "refused": f"{sum(report.refused.values()):,}",
        "errors": f"{report.errors:,}",
        "disconnects": f"{sum(report.disconnects.values()):,}",
        "bots' CPU a message": f"{report.cpu_us_per_message:.0f} us",
    }
    drawn = "".join(
        f"<div><b>{value}</b><span>{name}</span></div>" for name, value in cards.items()
    )
    return f'<div class="cards">{drawn}</div>'


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f} ms"


def _latencies(report: Report) -> str:
    since = report.since_sent
    rows = [_latency("arrival, with sign-up and all tries", report.arrival_ms)]
    if report.return_ms.p50 is not None:
        rows.append(_latency("return, after a session was lost", report.return_ms))
    rows.append(_latency("connect", report.connect_ms))
    for name, due, sent in (
        ("fix", report.fix_ms, since.fix_ms),
        ("reveal", report.reveal_ms, since.reveal_ms),
        ("catch", report.catch_ms, since.catch_ms),
        ("coupon", report.coupon_ms, since.coupon_ms),
    ):
        rows.append(_latency(name, due))
        if differs(due, sent):
            rows.append(_latency(f"{name}, once it was sent", sent, "beside"))
    rows.append(_latency("the bots' own lag", report.lag_ms))
    heads = "".join(f"<th>{head}</th>" for head in ("", "p50", "p90", "p99", "max"))
    return (
        f"<table><tr>{heads}</tr>{''.join(rows)}</table>"
        '<p class="sub">Counted from when something was due, not from when the bots got round to '
        "sending it; both are shown where they differ.</p>"
    )


def _latency(name: str, times: Percentiles, kind: str = "") -> str:
    cells = "".join(
        f"<td>{'-' if value is None else f'{value:,.1f}'}</td>"
        for value in (times.p50, times.p90, times.p99, times.max)
    )
    return f'<tr class="{kind}"><td>{escape(name)}</td>{cells}</tr>'


def _cheaters(report: Report) -> str:
    if not report.cheaters.players:
        return ""
    rows = {
        name: f"{strategy.players} players, {strategy.catches} catches, "
        f"{strategy.fouls} fouls, {sum(strategy.refused.values())} refused"
        for name, strategy in report.cheaters.strategies.items()
    }
    return f"<section><h2>Cheaters</h2>{_rows(rows)}</section>"


def _bars(title: str, counts: dict[str, int]) -> str:
    if not counts:
        return ""
    most = max(counts.values())
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{count:,}</td>"
        f'<td><span class="bar" style="width:{12 * count / most:.2f}rem"></span></td></tr>'
        for name, count in counts.items()
    )
    return f"<section><h2>{escape(title)}</h2><table>{rows}</table></section>"


def _rows(cells: dict[str, str]) -> str:
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in cells.items()
    )
    return f'<table class="words">{rows}</table>'
