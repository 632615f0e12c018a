"""The processes that are measured: where they run, and what the operating system says they used."""

import asyncio
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import uvloop
from msgspec import Struct

Result = TypeVar("Result")

START_WITHIN_S = 60.0
STOP_WITHIN_S = 15.0
PAGE = os.sysconf("SC_PAGE_SIZE")


class Cores(Struct, frozen=True):
    """One core is the measured process's alone; load, Redis and everything else share another."""

    server: int
    load: int


def two_cores() -> Cores:
    """The first two cores that this process may use. RuntimeError where there is one only."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise RuntimeError("two cores are needed: one for the server, one for the load")
    return Cores(cores[0], cores[1])


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end, or until a SIGTERM: whatever was started ends first, then CancelledError."""

    async def ended_in_order() -> Result:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    return uvloop.run(ended_in_order())


async def until(holds: Callable[[], bool], within_s: float = 30.0) -> None:
    """Return once something holds. TimeoutError."""
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110 - what is waited for is another process's doing
            await asyncio.sleep(0.01)


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Run this thread, and the processes that it starts, on one core while the block lasts."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def allow_many_files() -> int:
    """As many open files as the system lets this process have; how many that is."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def cpu_s(pid: int) -> float:
    """User plus system time of a process with all its threads, also those that ended.

    From the kernel's clock of that process, whose id is made as Linux's posix-timers.h says: exact
    to the nanosecond, where /proc/PID/stat counts hundredths of a second.
    """
    return time.clock_gettime((~pid << 3) | 2)


def resident_bytes(pid: int) -> int:
    """The memory of a process that is resident now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE


class Process:
    """A server that runs on a core of its own and has said where it listens."""

    def __init__(self, popen: "subprocess.Popen[bytes]", host: str, port: int) -> None:
        self.popen = popen
        self.pid = popen.pid
        self.host = host
        self.port = port

    def cpu_s(self) -> float:
        """User plus system time so far."""
        return cpu_s(self.pid)

    def resident_bytes(self) -> int:
        """Resident memory now."""
        return resident_bytes(self.pid)

    async def fixes(self) -> int:
        """How many fixes the game server has handled, by its own count."""
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            writer.write(b"GET /metrics HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
            text = (await reader.read()).decode()
        finally:
            writer.close()
        found = re.search(r"^catcat_fixes_total\{.*\} (\S+)$", text, re.MULTILINE)
        if found is None:
            raise RuntimeError(f"no metrics: {text[:80]!r}")
        return int(float(found[1]))


@asynccontextmanager
async def started(core: int, *words: str) -> AsyncIterator[Process]:
    """`python -m` these words, pinned to a core, from its `listening on` to its SIGTERM."""
    with on_core(core):
        popen = subprocess.Popen(  # noqa: ASYNC220, S603
            [sys.executable, "-m", *words],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
    try:
        async with asyncio.timeout(START_WITHIN_S):
            host, port = await asyncio.to_thread(_address, popen)
        yield Process(popen, host, port)
    finally:
        popen.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(popen.wait, STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            popen.kill()
            await asyncio.to_thread(popen.wait)
        assert popen.stdout is not None
        popen.stdout.close()


def _address(popen: "subprocess.Popen[bytes]") -> tuple[str, int]:
    assert popen.stdout is not None
    for line in popen.stdout:
        _, said, url = line.decode().strip().partition("listening on http://")
        if said:
            host, _, port = url.rpartition(":")
            return host, int(port)
    raise RuntimeError(f"{popen.args!r} ended before it listened")
