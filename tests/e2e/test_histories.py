"""Bots write down what they were told, and the audit holds it against the books."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.e2e.test_command import catcat
from tests.servers.catcat import CatCat, catcat_demo
from tests.waiting import until


async def audit(server: CatCat, *histories: Path) -> tuple[int, list[str]]:
    named = [word for path in histories for word in ("--history", str(path))]
    status, printed = await catcat("audit", "--data-dir", str(server.data_dir), *named)
    return status, printed.splitlines()


async def play(server: CatCat, history: Path, *, players: int, duration_s: int) -> None:
    status, printed = await catcat(
        "bots", server.url, "--players", str(players), "--ramp", "1", "--seed", "3",
        "--duration", str(duration_s), "--cheaters", "0.2", "--history", str(history),
        "--fail-if", "reconciled==0",
    )  # fmt: skip
    assert status == 0, printed


async def test_what_bots_were_told_is_what_the_books_say(tmp_path: Path) -> None:
    history = tmp_path / "run.jsonl"
    async with catcat_demo() as server:
        await play(server, history, players=30, duration_s=10)
        lines = [json.loads(line) for line in history.read_bytes().splitlines()]
        told = [line for line in lines if line["kind"] == "caught" and line["coupon"]]
        assert told
        assert sum(line["kind"] == "wallet" for line in lines) == 30
        status, printed = await audit(server, history)
        assert status == 0, printed
        assert sum(line.startswith("ok     told: ") for line in printed) == 10
        assert printed[-1].endswith(f"{len(lines)} lines of 30 players, 30 to their end")

        told[0]["coupon"]["code"] = "FORGED"
        history.write_text("".join(json.dumps(line) + "\n" for line in lines))
        status, printed = await audit(server, history)
        assert status == 1
        broken = [line for line in printed if line.startswith("BROKEN")]
        assert broken
        assert all(" told: " in line and told[0]["attempt"] in line for line in broken)

        history.write_text("rubbish\n")
        status, printed = await audit(server, history)
        assert status == 1
        assert printed[-1].startswith(f"Error: {history}, line 1: ")


@pytest.mark.slow
async def test_what_bots_were_told_around_a_crash_is_what_the_books_say(tmp_path: Path) -> None:
    history = tmp_path / "run.jsonl"
    async with catcat_demo() as server:
        playing = asyncio.create_task(play(server, history, players=100, duration_s=20))
        try:
            await until(lambda: _has_caught(server, 50), 25.0)
            await server.kill()
            await server.start()
            await playing
        finally:
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
        status, printed = await audit(server, history)
        assert status == 0, printed


async def _has_caught(server: CatCat, count: int) -> bool:
    return await server.metric("catcat_catches_total") > count
