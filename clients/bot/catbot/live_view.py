"""What a run looks like while it runs: a live view on a terminal, plain lines elsewhere."""

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from catbot.options import Options
from catbot.phases import Plan
from catbot.recent import TIMED, Recent
from catbot.scores import Scores
from catbot.summary import listed

_REDRAW_S = 0.5
_LINE_S = 5.0
_LATELY_S = 5.0
_KINDS_SHOWN = 5
_WIDTH = 78
_BARS = "▁▂▃▄▅▆▇█"
_OVER = "over: the last answers, then every wallet is read"


class Running(msgspec.Struct, frozen=True):
    """A run that can be watched. `stop` is set where it ends before its time."""

    options: Options
    scores: Scores
    stop: asyncio.Event

    @property
    def plan(self) -> Plan:
        """When bots come and leave."""
        return self.options.plan()

    def is_over(self, at_s: float) -> bool:
        """Whether nobody plays any more, `at_s` seconds after the start."""
        return self.stop.is_set() or at_s >= self.plan.lasts_s


@asynccontextmanager
async def watch(console: Console | None, run: Running) -> AsyncIterator[None]:
    """Show on the console how a run goes, as long as the block lasts."""
    if console is None:
        yield
        return
    show = _redraw if console.is_terminal else _print_lines
    async with asyncio.TaskGroup() as tasks:
        showing = tasks.create_task(show(console, run))
        try:
            yield
        finally:
            showing.cancel()


async def _redraw(console: Console, run: Running) -> None:
    loop = asyncio.get_running_loop()
    recent = Recent(run.scores, _LATELY_S)
    start_s = loop.time()
    # Drawn by hand: rich's own refresh thread would race the loop for the interpreter.
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while True:
            live.update(_view(run, recent, loop.time() - start_s), refresh=True)
            await asyncio.sleep(_REDRAW_S)
            recent.look(loop.time() - start_s)


async def _print_lines(console: Console, run: Running) -> None:
    loop = asyncio.get_running_loop()
    recent = Recent(run.scores, _LINE_S)
    start_s = loop.time()
    at_s = 0.0
    while not run.is_over(at_s):
        await asyncio.sleep(_LINE_S)
        at_s = loop.time() - start_s
        recent.look(at_s)
        console.print(_line(run.scores, recent, at_s), markup=False, soft_wrap=True)
    console.print(f"{at_s:.0f}s: {_OVER}", markup=False)


def _line(scores: Scores, recent: Recent, at_s: float) -> str:
    tally, catch = scores.honest, recent.percentiles("catch")
    took = "" if catch.p50 is None else f", catch p50 {catch.p50:.1f} p99 {catch.p99:.1f} ms"
    trouble = "".join(
        f", {counts.total()} {name}"
        for name, counts in (
            ("disconnects", tally.disconnects),
            ("failed connects", scores.failed_connects),
        )
        if counts
    )
    return (
        f"{at_s:.0f}s: {scores.online} players, {recent.per_s('fixes'):.0f} fixes/s, "
        f"{tally.catches} catches ({recent.per_s('catches'):.1f}/s), {tally.coupons} coupons, "
        f"{tally.refused.total()} refused, {tally.errors.total()} errors{trouble}{took}"
    )


def _view(run: Running, recent: Recent, at_s: float) -> RenderableType:
    lasts_s = run.plan.lasts_s
    head = Table.grid(expand=True)
    head.add_column()
    head.add_column(justify="right")
    if run.is_over(at_s):
        doing = _OVER
    else:
        phase, _ = run.plan.during(at_s)
        doing = f"{phase}, {at_s:.0f} s" + (f" of {lasts_s:.0f}" if lasts_s < math.inf else "")
    head.add_row(Text(run.options.url, style="bold"), Text(doing))
    head.width = _WIDTH
    parts: list[RenderableType] = [head]
    if lasts_s < math.inf:
        parts.append(ProgressBar(lasts_s, min(at_s, lasts_s), width=_WIDTH))
    return Group(*parts, _counted(run, recent, at_s), _timed(run, recent))


def _counted(run: Running, recent: Recent, at_s: float) -> Table:
    tally = run.scores.honest
    table = Table(box=SIMPLE_HEAD, width=_WIDTH)
    table.add_column("")
    for heading in (f"last {_LATELY_S:.0f} s", "in all"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", ratio=1, no_wrap=True, overflow="ellipsis")

    def per_s(name: str) -> str:
        return f"{recent.per_s(name):,.1f}/s"

    wanted = "" if run.is_over(at_s) else f" of {run.plan.during(at_s)[1]:,}"
    trouble = "bold red" if tally.errors else ""
    table.add_row("players", f"{run.scores.online:,}{wanted}", "", _trend(recent.players))
    table.add_row("fixes", per_s("fixes"), f"{tally.fixes:,}", _trend(recent.fixes))
    table.add_row("catches", per_s("catches"), f"{tally.catches:,}", _trend(recent.catches))
    table.add_row("coupons", per_s("coupons"), f"{tally.coupons:,}", "")
    for name, counts in (
        ("refused", tally.refused),
        ("disconnects", tally.disconnects),
        ("failed_connects", run.scores.failed_connects),
        ("errors", tally.errors),
    ):
        kinds = {str(kind): count for kind, count in counts.most_common(_KINDS_SHOWN)}
        table.add_row(
            name.replace("_", " "),
            per_s(name) if counts else "-",
            f"{counts.total():,}",
            listed(kinds) if kinds else "",
            style=trouble if name == "errors" else "",
        )
    cheats = run.scores.cheating.values()
    if cheats:
        catches, fouls = sum(one.catches for one in cheats), sum(one.fouls for one in cheats)
        here = f"{sum(one.online for one in cheats):,} here"
        table.add_row("cheaters", here, f"{catches:,}", f"of these {fouls:,} fouls")
    return table


def _timed(run: Running, recent: Recent) -> Table:
    table = Table(box=SIMPLE_HEAD, width=_WIDTH)
    table.add_column("\nms", no_wrap=True)
    for heading in (f"last {_LATELY_S:.0f} s\np50", "\np99", "\nmax"):
        table.add_column(heading, justify="right", ratio=1, min_width=8, no_wrap=True)
    for heading in ("in all\np50", "\np90", "\np99", "\nmax"):
        table.add_column(heading, justify="right", ratio=1, no_wrap=True, style="dim")
    latencies = run.scores.honest.latencies
    totals = {name: getattr(latencies, name).total for name in TIMED}
    for name, total in {**totals, "lag": run.scores.lag}.items():
        whole, lately = total.percentiles(), recent.percentiles(name)
        values = [lately.p50, lately.p99, lately.max, whole.p50, whole.p90, whole.p99, whole.max]
        table.add_row("own lag" if name == "lag" else name, *map(_ms, values))
    return table


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f}" if value < 1000 else f"{value:,.0f}"


def _trend(values: Sequence[float]) -> str:
    """A line of bars, as high as the values are beside the highest."""
    highest = max(values, default=0.0) or 1.0
    return "".join(_BARS[min(7, int(8 * max(value, 0.0) / highest))] for value in values)
