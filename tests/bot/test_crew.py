"""Runs that are spread over processes, against the scripted street in this one."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from catbot.options import Options
from catbot.running import RunError, run

Until = Callable[[Callable[[], bool]], Awaitable[None]]


def options(street: Any, **more: Any) -> Options:
    defaults: dict[str, Any] = {
        "players": 6,
        "ramp_s": 0.2,
        "duration_s": 4.0,
        "processes": 2,
        "centre": (30.25, 120.16),
        "tokens": tuple(f"token-{number}" for number in range(6)),
    }
    return Options(url=street.url, **{**defaults, **more})


def workers(master: int | None = None) -> list[int]:
    """The processes of bots that this one, or another master, has started."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = re.search(r"^PPid:\t(\d+)$", (entry / "status").read_text(), re.MULTILINE)
                mine = parent is not None and int(parent[1]) == (master or os.getpid())
                if mine and b"catbot.worker" in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


async def test_several_processes_are_one_run_with_one_report_and_one_history(
    street: Any, tmp_path: Path
) -> None:
    history = tmp_path / "run.jsonl"
    report = await run(options(street, history=str(history), json=str(tmp_path / "run.json")))
    assert (report.players, report.connected, report.processes) == (6, 6, 2)
    assert report.fixes == len(street.heard("fix"))
    assert report.catches == report.coupons > 0
    assert report.reconciled
    assert report.reconciliation.found == report.coupons
    assert report.catch_ms.p50 is not None
    assert report.cpu_s > 0
    assert max(sample.online for sample in report.series) == 6
    lines = [json.loads(line) for line in history.read_bytes().splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert {line["player"] for line in lines if line["kind"] == "wallet"} == {
        f"token-{number}" for number in range(6)
    }
    assert sum(line["kind"] == "caught" for line in lines) == report.catches
    assert not workers()


async def test_everybody_plays_once_whatever_process_has_them(street: Any) -> None:
    await run(options(street, processes=3, duration_s=1.5))
    assert sorted(hello["token"] for hello in street.heard("hello")) == [
        f"token-{number}" for number in range(6)
    ]


async def test_a_code_in_wallets_of_two_processes_is_found(street: Any) -> None:
    answer_catch = street.answers["catch"]

    async def give_the_same(street: Any, socket: Any, token: str, catch: Any) -> None:
        street.number = lambda: 7
        if not street.wallets.get(token):
            await answer_catch(street, socket, token, catch)

    async def give_one_cat(street: Any, socket: Any, token: str, fix: Any) -> None:
        street.number = lambda: token
        await give_a_cat(street, socket, token, fix)

    give_a_cat = street.answers["fix"]
    street.answers.update({"catch": give_the_same, "fix": give_one_cat})
    report = await run(options(street, players=2, tokens=("token-0", "token-1")))
    assert report.coupons == 2
    assert report.reconciliation.twice == 1
    assert not report.reconciled


async def test_a_stop_ends_all_processes_in_order(street: Any, until: Until) -> None:
    stop = asyncio.Event()
    playing = asyncio.create_task(run(options(street, duration_s=float("inf")), stop=stop))
    await until(lambda: len(street.heard("fix")) > 6)
    stop.set()
    report = await playing
    assert report.reconciled
    assert report.disconnects == {}
    assert [socket.close_code for socket in street.sockets] == [1000] * 6
    assert not workers()


async def test_a_process_that_dies_ends_the_run_and_the_others(street: Any, until: Until) -> None:
    playing = asyncio.create_task(run(options(street, duration_s=float("inf"))))
    await until(lambda: len(street.heard("fix")) > 6)
    os.kill(workers()[0], signal.SIGKILL)
    with pytest.raises(RunError, match="ended with status -9"):
        await playing
    assert not workers()


async def test_a_run_that_is_cancelled_leaves_no_process(street: Any, until: Until) -> None:
    playing = asyncio.create_task(run(options(street, duration_s=float("inf"))))
    await until(lambda: len(street.heard("fix")) > 6)
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    assert not workers()


async def test_processes_end_quietly_when_the_one_that_started_them_is_gone(
    street: Any, until: Until
) -> None:
    master = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gameserver", "bots", street.url, "--centre", "30.25,120.16"),
        *("--players", "2", "--ramp", "0", "--duration", "inf", "--processes", "2"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    await until(lambda: len(workers(master.pid)) == 2)
    await until(lambda: street.paths["/v1/players"] > 0)  # both have their orders
    master.kill()
    async with asyncio.timeout(20):
        _, said = await master.communicate()  # which ends once the last of them is gone
    assert said == b""
