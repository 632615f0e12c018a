"""Our own coupon service keeps the contract: a process of its own, on both databases."""

import asyncio
import json
import sys
from pathlib import Path

from tests.servers.catcat import catcat


async def check(*arguments: str) -> tuple[int | None, list[str]]:
    """The status and lines of `catcat coupons check`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gameserver", "coupons", "check", *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    printed, _ = await process.communicate()
    return process.returncode, printed.decode().splitlines()


async def test_our_own_service_keeps_every_promise(tmp_path: Path, database: str | None) -> None:
    options = () if database is None else ("--database", database)
    async with catcat(tmp_path / "data", *options, command="coupons") as server:
        file = tmp_path / "findings.json"
        where = ("--data-dir", str(server.data_dir))
        status, printed = await check(server.url, *where, "--json", str(file))
    assert status == 0, printed
    assert [line for line in printed if line.startswith("FAILED")] == []
    skipped = [line for line in printed if line.startswith("skipped")]
    assert len(skipped) == 1, skipped
    assert "--slow" in skipped[0]
    assert ", 0 FAILED, 1 skipped" in printed[-1]
    written = json.loads(file.read_text())
    assert len(written) == len(printed) - 1
    assert {each["outcome"] for each in written} == {"ok", "skipped"}


async def test_without_a_key_it_says_what_is_missing(tmp_path: Path) -> None:
    status, printed = await check("http://127.0.0.1:1", "--data-dir", str(tmp_path))
    assert status == 1
    assert "service key" in printed[-1]
    assert not any("Traceback" in line for line in printed)
