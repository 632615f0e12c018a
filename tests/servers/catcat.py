"""A real `catcat` process, that a test can stop, kill and start again on the same data."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import msgspec

from gameserver.demo import KEYS_FILE, DemoMerchant
from tests.servers.redis import free_port
from tests.waiting import until

START_WITHIN_S = 30.0


class CatCat:
    """One server's command line and data directory, and the process while it runs."""

    def __init__(self, data_dir: Path, *options: str, command: str = "serve") -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data_dir / "catcat.log"
        self._command = [command, "--port", str(self.port), *self._stores(), *options]
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self.printed: list[str] = []

    def _stores(self) -> list[str]:
        return ["--data-dir", str(self.data_dir)]

    @property
    def started(self) -> bool:
        """Whether it was ever started."""
        return self._process is not None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Start, and return once it says that it listens."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "gameserver", *self._command,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
                start_new_session=True,  # so that it can be killed with its workers
            )  # fmt: skip
        self.printed.clear()
        self._reader = asyncio.create_task(self._read())
        await until(self._listens, START_WITHIN_S)

    def _listens(self) -> bool:
        assert self._process is not None
        if self._process.returncode is not None:
            raise AssertionError(f"catcat ended: {self.log.read_text()[-3000:]}")
        return any("listening on" in line for line in self.printed)

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            self.printed.append(line.decode().rstrip())

    async def kill(self) -> None:
        """SIGKILL: no chance to tidy up."""
        assert self._process is not None
        self._process.kill()
        await self._ended()

    async def kill_with_workers(self) -> None:
        """SIGKILL to the process and its workers at once, but not to its redis-server.

        Harmless where it has ended before.
        """
        assert self._process is not None
        if self._process.returncode is None:
            with suppress(ProcessLookupError):  # it has ended, and the loop has not heard so yet
                os.killpg(self.pid, signal.SIGKILL)
        await self._ended()

    async def stop(self) -> int:
        """SIGTERM; the exit status. Harmless where it has stopped before."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        await self._ended()
        assert self._process.returncode is not None
        return self._process.returncode

    async def _ended(self) -> None:
        assert self._process is not None
        assert self._reader is not None
        await self._process.wait()
        await self._reader

    def redis_pid(self) -> int:
        """The redis-server that this process started."""
        found = [
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and self._is_redis_child(entry)
        ]
        assert len(found) == 1, found
        return found[0]

    def _is_redis_child(self, entry: Path) -> bool:
        with suppress(OSError):
            parent = re.search(r"^PPid:\t(\d+)$", (entry / "status").read_text(), re.MULTILINE)
            name = (entry / "comm").read_text().strip()
            return parent is not None and int(parent[1]) == self.pid and name == "redis-server"
        return False

    def kill_what_it_left(self) -> None:
        """A server that was killed leaves its redis-server to the next start; a test has none."""
        mine = str(self.data_dir).encode()
        for entry in Path("/proc").iterdir():
            with suppress(OSError):
                if entry.name.isdigit() and mine in (entry / "cmdline").read_bytes():
                    os.kill(int(entry.name), signal.SIGKILL)

    def merchants(self) -> list[DemoMerchant]:
        """The demo's merchants with their keys."""
        kept = (self.data_dir / KEYS_FILE).read_bytes()
        return msgspec.json.decode(kept, type=list[DemoMerchant])

    async def metric(self, name: str) -> float:
        """The sum of a metric over its labels; 0 while the server does not answer."""
        lines = await self._lines(name)
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines)

    async def label(self, name: str) -> str | None:
        """The labels of a metric, as they are written; None while the server does not answer."""
        return next((line.rsplit(" ", 1)[0] for line in await self._lines(name)), None)

    async def _lines(self, name: str) -> list[str]:
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as client,
                client.get(f"{self.url}/metrics") as answer,
            ):
                text = await answer.text()
        except (aiohttp.ClientError, TimeoutError):
            return []
        return [line for line in text.splitlines() if re.match(rf"{name}(\{{|\s)", line)]

    async def audit(self) -> list[str]:
        """What `catcat audit` prints; AssertionError where an invariant is broken."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gameserver", "audit", *self._stores(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        printed, _ = await process.communicate()
        assert process.returncode == 0, printed.decode()
        return printed.decode().splitlines()


@asynccontextmanager
async def catcat(data_dir: Path, *options: str, command: str = "serve") -> AsyncIterator[CatCat]:
    """A started server; whatever a test did to it, it is gone at the end."""
    server = CatCat(data_dir, *options, command=command)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()
        server.kill_what_it_left()


@asynccontextmanager
async def catcat_demo(*options: str) -> AsyncIterator[CatCat]:
    """The demo's city without its bots, started."""
    with TemporaryDirectory(prefix="catcat-", ignore_cleanup_errors=True) as directory:
        async with catcat(Path(directory), "--bots", "0", *options, command="demo") as server:
            yield server
