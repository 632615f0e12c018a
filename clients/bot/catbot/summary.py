"""The report in short, for a terminal or a log."""

from rich.console import Console
from rich.table import Table

from catbot.histogram import Percentiles
from catbot.report import Report, differs, remarks


def show_summary(console: Console, report: Report) -> None:
    """What a run came to, and which conditions failed it."""
    table = Table(title="Load report", show_header=False)
    for name, value in _rows(report):
        table.add_row(name, value)
    console.print(table)
    for problem in (*report.reconciliation.problems, *remarks(report)):
        console.print(f"  {problem}", markup=False)
    for checked in report.conditions:
        console.print(f"{checked.verdict}: {checked.shown}", markup=False)


def spread(times: Percentiles) -> str:
    """Percentiles in a line."""
    if times.p50 is None:
        return "-"
    return f"p50 {times.p50:.1f} p90 {times.p90:.1f} p99 {times.p99:.1f} max {times.max:.1f} ms"


def listed(counts: dict[str, int]) -> str:
    """Counts in a line."""
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "-"


def _rows(report: Report) -> list[tuple[str, str]]:
    rows = [
        ("players", f"{report.connected} of {report.players} connected"),
        ("fixes", f"{report.fixes} ({report.fixes_per_s}/s)"),
        ("catches", f"{report.catches} ({report.catches_per_s}/s)"),
        ("coupons", str(report.coupons)),
        ("refused", listed(report.refused)),
        ("errors", listed(report.error_kinds) if report.errors else "0"),
        ("disconnects", listed(report.disconnects)),
    ]
    if report.failed_connects:
        rows.append(("failed connects", listed(report.failed_connects)))
    rows.append(("arrival", spread(report.arrival_ms)))
    if report.return_ms.p50 is not None:
        rows.append(("return", spread(report.return_ms)))
    rows.append(("connect", spread(report.connect_ms)))
    for name in ("fix", "reveal", "catch", "coupon"):
        due, sent = getattr(report, f"{name}_ms"), getattr(report.since_sent, f"{name}_ms")
        rows.append((name, spread(due)))
        if differs(due, sent):
            rows.append(("  once sent", spread(sent)))
    if report.unanswered:
        rows.append(("unanswered", str(report.unanswered)))
    rows.append(("own lag", spread(report.lag_ms)))
    cost = f"{report.cpu_s:.1f} s, {report.cpu_us_per_message:.0f} us a message"
    rows.append(("bots' CPU", cost))
    cheaters = report.cheaters
    if cheaters.players:
        fared = f"{cheaters.catches} catches, {cheaters.fouls} fouls"
        rows.append(
            ("cheaters", f"{cheaters.players}, {fared}, refused {listed(cheaters.refused)}")
        )
    rows.append(("reconciled", "yes" if report.reconciled else "NO"))
    return rows
