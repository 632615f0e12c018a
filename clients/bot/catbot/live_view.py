"""What a run looks like while it runs: a live table on a terminal, plain lines elsewhere."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console
from rich.live import Live
from rich.table import Table

from catbot.histogram import Percentiles
from catbot.options import Options
from catbot.report import Report, differs
from catbot.scores import Scores
from catbot.tally import Tally

_REDRAW_S = 0.5
_LINE_S = 5.0
_REASONS_SHOWN = 6


class Rates:
    """Fixes and catches per second between two looks at a tally."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._fixes = self._catches = 0
        self.fixes_per_s = self.catches_per_s = 0.0

    def look(self, lasted_s: float) -> None:
        """Renew the rates with what was counted in the last `lasted_s` seconds."""
        if lasted_s > 0:
            self.fixes_per_s = (self._tally.fixes - self._fixes) / lasted_s
            self.catches_per_s = (self._tally.catches - self._catches) / lasted_s
        self._fixes, self._catches = self._tally.fixes, self._tally.catches


@asynccontextmanager
async def watch(console: Console | None, scores: Scores, options: Options) -> AsyncIterator[None]:
    """Show the scores on the console as long as the block runs."""
    if console is None:
        yield
        return
    show = _redraw if console.is_terminal else _print_lines
    async with asyncio.TaskGroup() as tasks:
        showing = tasks.create_task(show(console, scores, options))
        try:
            yield
        finally:
            showing.cancel()


def show_summary(console: Console, report: Report) -> None:
    """The report in short."""
    table = Table(title="Load report", show_header=False)
    table.add_row("players", f"{report.connected} of {report.players} connected")
    table.add_row("fixes", f"{report.fixes} ({report.fixes_per_s}/s)")
    table.add_row("catches", f"{report.catches} ({report.catches_per_s}/s)")
    table.add_row("coupons", str(report.coupons))
    table.add_row("refused", _counts(report.refused))
    table.add_row("errors", f"{report.errors} {_counts(report.error_kinds)}".strip())
    table.add_row("disconnects", _counts(report.disconnects))
    table.add_row("arrival", _spread(report.arrival_ms))
    if report.return_ms.p50 is not None:
        table.add_row("return", _spread(report.return_ms))
    table.add_row("connect", _spread(report.connect_ms))
    for name in ("fix", "reveal", "catch", "coupon"):
        due, sent = getattr(report, f"{name}_ms"), getattr(report.since_sent, f"{name}_ms")
        table.add_row(name, _spread(due))
        if differs(due, sent):
            table.add_row("  once sent", _spread(sent))
    table.add_row("own lag", _spread(report.lag_ms))
    table.add_row(
        "bots' CPU", f"{report.cpu_s:.1f} s, {report.cpu_us_per_message:.0f} us a message"
    )
    if report.cheaters.players:
        table.add_row(
            "cheaters",
            f"{report.cheaters.players}, {report.cheaters.catches} catches, "
            f"{report.cheaters.fouls} fouls, refused {_counts(report.cheaters.refused)}",
        )
    table.add_row("reconciled", "yes" if report.reconciled else "NO")
    console.print(table)
    for problem in report.reconciliation.problems:
        console.print(f"  {problem}", markup=False)
    for condition in report.failed:
        console.print(f"failed: {condition}", markup=False)


async def _redraw(console: Console, scores: Scores, options: Options) -> None:
    loop = asyncio.get_running_loop()
    rates = Rates(scores.honest)
    start_s = last_s = loop.time()
    # Drawn by hand: rich's own refresh thread would race the loop for the interpreter.
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while True:
            live.update(_table(scores, rates, loop.time() - start_s, options), refresh=True)
            await asyncio.sleep(_REDRAW_S)
            now_s = loop.time()
            rates.look(now_s - last_s)
            last_s = now_s


async def _print_lines(console: Console, scores: Scores, options: Options) -> None:
    loop = asyncio.get_running_loop()
    rates = Rates(scores.honest)
    start_s = last_s = loop.time()
    while True:
        await asyncio.sleep(_LINE_S)
        now_s = loop.time()
        rates.look(now_s - last_s)
        last_s = now_s
        console.print(_line(scores, rates, now_s - start_s, options), markup=False, soft_wrap=True)


def _line(scores: Scores, rates: Rates, at_s: float, options: Options) -> str:
    tally = scores.honest
    catch = tally.latencies.catch.total.percentiles()
    return (
        f"{at_s:.0f}s: {scores.online} players, {rates.fixes_per_s:.0f} fixes/s, "
        f"{tally.catches} catches ({rates.catches_per_s:.1f}/s), {tally.coupons} coupons, "
        f"{tally.refused.total()} refused, {tally.errors.total()} errors, catch {_spread(catch)}"
    )


def _table(scores: Scores, rates: Rates, at_s: float, options: Options) -> Table:
    tally = scores.honest
    table = Table(title=f"{options.url}, {at_s:.0f} of {options.plan().lasts_s:.0f} s")
    for heading in ("", "honest", "cheaters"):
        table.add_column(heading)
    cheats = list(scores.cheating.values())
    table.add_row("players", str(tally.online), str(sum(cheat.online for cheat in cheats)))
    table.add_row("fixes/s", f"{rates.fixes_per_s:.0f}", "")
    table.add_row("catches/s", f"{rates.catches_per_s:.1f}", "")
    table.add_row("catches", str(tally.catches), str(sum(cheat.catches for cheat in cheats)))
    table.add_row("coupons", str(tally.coupons), str(sum(cheat.coupons for cheat in cheats)))
    table.add_row(
        "refused",
        _counts(dict(tally.refused.most_common(_REASONS_SHOWN))),
        str(sum(cheat.refused.total() for cheat in cheats)),
    )
    table.add_row(
        "errors", str(tally.errors.total()), str(sum(cheat.errors.total() for cheat in cheats))
    )
    latencies = tally.latencies
    for name, latency in (
        ("arrival", latencies.arrival),
        ("fix", latencies.fix),
        ("reveal", latencies.reveal),
        ("catch", latencies.catch),
        ("coupon", latencies.coupon),
    ):
        table.add_row(name, _spread(latency.total.percentiles()), "")
    return table


def _spread(times: Percentiles) -> str:
    if times.p50 is None:
        return "-"
    return f"p50 {times.p50:.1f} p90 {times.p90:.1f} p99 {times.p99:.1f} max {times.max:.1f} ms"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "-"
