"""How runs end, and what they show."""

import asyncio
import io
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from catbot.running import run, stop_on_interrupt
from rich.console import Console

from tests.bot.runs import Until, options

pytestmark = pytest.mark.usefixtures("fast_lives")


async def test_a_run_can_be_cancelled_and_leaves_nothing_behind(street: Any, until: Until) -> None:
    playing = asyncio.create_task(run(options(street, duration_s=float("inf"))))
    await until(lambda: len(street.heard("fix")) > 4)
    assert [task for task in asyncio.all_tasks() if is_of_bots(task)]
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    await until(lambda: all(socket.close_code is not None for socket in street.sockets))
    assert not [task for task in asyncio.all_tasks() if is_of_bots(task)]


def is_of_bots(task: asyncio.Task[Any]) -> bool:
    return "/catbot/" in task.get_coro().cr_code.co_filename  # type: ignore[union-attr]


async def test_a_run_that_is_stopped_early_still_reports(street: Any, until: Until) -> None:
    stop = asyncio.Event()
    playing = asyncio.create_task(run(options(street, duration_s=float("inf")), stop=stop))
    await until(lambda: len(street.heard("catch")) > 4)
    stop.set()
    report = await playing
    assert report.reconciled
    assert report.reconciliation.found > 0
    assert report.disconnects == {}


async def test_a_run_that_is_stopped_while_bots_arrive_lets_no_more_in(
    street: Any, until: Until
) -> None:
    stop = asyncio.Event()
    wanted = options(street, players=20, ramp_s=60.0, duration_s=60.0)
    playing = asyncio.create_task(run(wanted, stop=stop))
    await until(lambda: bool(street.heard("fix")))
    stop.set()
    assert (await playing).players < 20


async def test_the_first_interrupt_stops_the_run_and_the_second_is_as_usual() -> None:
    usual = signal.getsignal(signal.SIGINT)
    with stop_on_interrupt() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        async with asyncio.timeout(10):
            await stop.wait()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, usual)


async def test_off_a_terminal_a_run_shows_a_summary_in_plain_text(street: Any) -> None:
    out = io.StringIO()
    await run(options(street, fail_if=("fixes>0",)), Console(file=out, width=100))
    assert "reconciled" in out.getvalue()
    assert "failed: fixes>0 (it was " in out.getvalue()
    assert "\x1b" not in out.getvalue()


async def test_on_a_terminal_a_run_shows_a_live_table(street: Any) -> None:
    out = io.StringIO()
    console = Console(file=out, width=100, force_terminal=True)
    await run(options(street), console)
    assert "last 5 s" in out.getvalue()
    assert "hold, 1 s of 2" in out.getvalue()


async def test_a_run_can_write_a_page(street: Any, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    await run(options(street, report=str(page)))
    assert page.read_text().startswith("<!doctype html>")
