"""The `catcat` command as a stranger uses it, against real processes."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import aiohttp
import pytest
from websockets.asyncio.client import connect

from tests.servers.catcat import CatCat, catcat_demo
from tests.servers.catcat import catcat as catcat_server
from tests.waiting import until


async def catcat(*words: str, environment: dict[str, str] | None = None) -> tuple[int, str]:
    """Run the command; its exit status and all that it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gameserver", *words,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ | (environment or {}),
    )  # fmt: skip
    printed, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, printed.decode()


COMMANDS = [
    ["serve"],
    ["demo"],
    ["bots"],
    ["audit"],
    ["merchant", "add"],
    ["admin", "key"],
    ["player", "token"],
    ["stores", "import"],
    ["stores", "export"],
    ["migrate"],
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
async def test_every_command_explains_itself_and_names_its_variables(words: list[str]) -> None:
    status, printed = await catcat(*words, "--help")
    assert status == 0
    assert "Usage: " in printed
    options = [line for line in printed.splitlines() if line.strip().startswith("--")]
    named = printed.count("CATCAT_")
    assert named >= len([line for line in options if "--help" not in line]) > 0


async def test_options_come_from_variables_too(tmp_path: Path) -> None:
    status, printed = await catcat(
        "merchant", "add", "Corner Tea", environment={"CATCAT_DATA_DIR": str(tmp_path / "there")}
    )
    assert status == 0, printed
    assert (tmp_path / "there" / "catcat.db").exists()


async def test_an_address_where_no_redis_is_is_one_clear_line(tmp_path: Path) -> None:
    status, printed = await catcat(
        "serve", "--port", "0", "--data-dir", str(tmp_path), "--redis", "redis://127.0.0.1:1"
    )
    assert status == 1
    assert printed.startswith("Error: ")
    assert "Traceback" not in printed


async def test_bots_play_and_what_they_won_is_redeemed_once(tmp_path: Path) -> None:
    report_file = tmp_path / "report.json"
    async with catcat_demo() as server:
        status, printed = await catcat(
            "bots", server.url,
            "--players", "100", "--ramp", "2", "--duration", "15", "--seed", "5",
            "--json", str(report_file),
            "--fail-if", "errors>0", "--fail-if", "coupons<1", "--fail-if", "reconciled==0",
        )  # fmt: skip
        assert status == 0, printed
        report = json.loads(report_file.read_text())
        assert report["players"] == report["connected"] == 100
        assert report["reconciled"] is True
        await server.audit()
        await redeem_twice(server, report["coupon_codes"][0])


async def redeem_twice(server: CatCat, code: str) -> None:
    """At the store of the merchant whose coupon it is: once it is done, then it is refused."""
    async with aiohttp.ClientSession(server.url) as client:
        for merchant in server.merchants():
            headers = {"Authorization": f"Bearer {merchant.key}"}
            async with client.get(f"/v1/coupons/{code}", headers=headers) as found:
                if found.status != 200:
                    continue
            async with client.get("/v1/stores", headers=headers) as stores:
                store = (await stores.json())["items"][0]["id"]
            statuses = []
            for _ in range(2):
                async with client.post(
                    f"/v1/coupons/{code}/redeem", json={"store": store}, headers=headers
                ) as done:
                    statuses.append(done.status)
                    body = await done.json()
            assert statuses == [200, 409]
            assert body["code"] == "already_redeemed"
            return
    raise AssertionError("no merchant knows the coupon")


async def test_a_condition_that_holds_fails_the_run_with_99(tmp_path: Path) -> None:
    async with catcat_demo() as server:
        status, printed = await catcat(
            "bots", server.url, "--players", "2", "--duration", "3", "--fail-if", "players>1"
        )
    assert status == 99, printed
    assert "players>1" in printed


async def test_keys_and_tokens_are_made_while_the_server_runs(tmp_path: Path) -> None:
    async with catcat_server(tmp_path) as server:
        where = ("--data-dir", str(tmp_path))
        merchant = await made("key", "merchant", "add", "Corner Tea", *where)
        admin = await made("key", "admin", "key", *where)
        player = await made("token", "player", "token", "alice", *where)
        async with aiohttp.ClientSession(server.url) as client:
            for key, path in (
                (merchant, "/v1/stores"),
                (admin, "/v1/merchants"),
                (player, "/v1/me"),
            ):
                headers = {"Authorization": f"Bearer {key}"}
                async with client.get(path, headers=headers) as answer:
                    assert answer.status == 200, await answer.text()
        assert await server.stop() == 0


async def made(what: str, *words: str) -> str:
    status, printed = await catcat(*words)
    assert status == 0, printed
    return dict(line.split(" ", 1) for line in printed.splitlines())[what]


async def test_workers_share_one_port_and_stop_together(tmp_path: Path) -> None:
    async with catcat_server(tmp_path, "--workers", "2") as server:
        await until(lambda: both_workers_answer(server))
        workers = children(server.pid)
        assert len(workers) == 3  # two workers and the redis-server
        assert await server.stop() == 0
        assert not [pid for pid in workers if is_running(pid)]


async def test_no_worker_takes_the_place_of_one_that_stops_first(tmp_path: Path) -> None:
    """The one with the open socket drains for longer; the other one's end is no reason to begin."""
    async with (
        catcat_server(tmp_path, "--workers", "2") as server,
        connect(f"{server.url.replace('http', 'ws', 1)}/play"),
    ):
        assert await server.stop() == 0
        assert not [pid for pid in all_processes() if is_about(pid, tmp_path)]


async def test_a_worker_that_dies_is_started_again(tmp_path: Path) -> None:
    async with catcat_server(tmp_path, "--workers", "2") as server:
        first = set(children(server.pid))
        redis = server.redis_pid()
        killed = next(iter(first - {redis}))
        os.kill(killed, signal.SIGKILL)
        await until(lambda: len(set(children(server.pid)) - {killed}) == 3)
        await until(lambda: both_workers_answer(server))


async def test_workers_do_not_outlive_a_parent_that_was_killed(tmp_path: Path) -> None:
    async with catcat_server(tmp_path, "--workers", "2") as server:
        workers = set(children(server.pid)) - {server.redis_pid()}
        await server.kill()
        await until(lambda: not any(is_running(pid) for pid in workers))


async def both_workers_answer(server: CatCat) -> bool:
    """Each answers a share of the connections."""
    return len({await server.label("catcat_process") for _ in range(8)} - {None}) == 2


def is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def all_processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def is_about(pid: int, directory: Path) -> bool:
    """Whether a process was started with a directory on its command line."""
    try:
        return str(directory).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    found = [child for task in tasks for child in (task / "children").read_text().split()]
    return [int(child) for child in found]


async def test_an_address_that_is_none_is_one_clear_line(tmp_path: Path) -> None:
    status, printed = await catcat(
        "serve", "--data-dir", str(tmp_path), "--redis", "http://nonsense:1"
    )
    assert status == 1
    assert printed.startswith("Error: a Redis address has the form")


async def test_a_port_that_is_taken_is_one_clear_line(tmp_path: Path) -> None:
    async with catcat_server(tmp_path / "a") as server:
        for workers in ("1", "2"):
            status, printed = await catcat(
                "serve", "--port", str(server.port), "--data-dir", str(tmp_path / "b"),
                "--workers", workers,
            )  # fmt: skip
            assert status == 1
            assert printed.splitlines()[-1].startswith("Error: ")
            assert "Traceback" not in printed


async def test_what_is_kept_on_disk_is_for_its_owner_only(tmp_path: Path) -> None:
    where = tmp_path / "there"
    status, _ = await catcat("merchant", "add", "Corner Tea", "--data-dir", str(where))
    assert status == 0
    assert where.stat().st_mode & 0o077 == 0
