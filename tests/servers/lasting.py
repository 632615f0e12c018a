"""Redis and PostgreSQL as they run in production: their data outlive the process.

Each can be killed at any moment and is started again on the same data, at the same address.
"""

import asyncio
import os
import shutil
import signal
import subprocess
from math import log2
from pathlib import Path
from random import Random

import redis

from tests.servers.postgres import PostgresServer
from tests.servers.redis import free_port, system_server
from tests.waiting import until

START_WITHIN_S = 60.0

REDIS_SETTINGS = ["--save", "", "--appendonly", "yes", "--appendfsync", "everysec"]
REDIS_SETTINGS += ["--aof-load-truncated", "yes", "--maxmemory-policy", "noeviction"]

# It ends with whoever started it even if that is killed, where the machine knows how to do that.
TIED = ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()


class LastingRedis:
    """A redis-server on a port of the loopback interface that writes down what it is told."""

    name = "redis"

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._port = free_port()
        self._process: asyncio.subprocess.Process | None = None
        self.url = f"redis://127.0.0.1:{self._port}"
        directory.mkdir()

    async def start(self) -> None:
        """Start it, and return once it has read its data."""
        self._process = await asyncio.create_subprocess_exec(
            *TIED, system_server(), "--dir", str(self._directory),
            "--bind", "127.0.0.1", "--port", str(self._port),
            "--logfile", str(self._directory / "redis.log"), *REDIS_SETTINGS,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C is for the tests
        )  # fmt: skip
        await until(self._answers, START_WITHIN_S)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.returncode is None, f"redis-server ended: {self._directory}/redis.log"
        try:
            with redis.Redis(port=self._port, socket_timeout=1.0) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    async def kill(self) -> None:
        """SIGKILL; harmless where it has ended before."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def cut(self, rng: Random) -> int:
        """Lose the end of what was written, as a power cut does; how many bytes."""
        return cut_tail(self._directory, rng)


def cut_tail(directory: Path, rng: Random) -> int:
    """Cut a random number of bytes off a dead server's newest append-only file; how many.

    Their logarithm is evenly spread, so that all of it happens: a piece of the last command, some
    seconds, everything since the last rewrite.
    """
    files = directory.glob("appendonlydir/*.incr.aof")
    newest = max(files, key=lambda path: int(path.name.split(".")[-3]))
    size = newest.stat().st_size
    lost = min(size, int(2 ** rng.uniform(0.0, log2(size + 1))))
    os.truncate(newest, size - lost)
    return lost


class LastingPostgres:
    """A PostgreSQL with the settings that it comes with, reached by a unix socket."""

    name = "postgres"

    def __init__(self, programs: Path, directory: Path) -> None:
        self.server = PostgresServer(programs, directory)
        # PostgreSQL refuses to run as root.
        self._user = "postgres" if os.geteuid() == 0 else None
        self._process: asyncio.subprocess.Process | None = None
        directory.mkdir()
        if self._user is not None:
            shutil.chown(directory, self._user)
        subprocess.run(
            [programs / "initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8"],
            check=True,
            capture_output=True,
            user=self._user,
            cwd=directory,
        )

    @property
    def _data(self) -> Path:
        return self.server.directory / "data"

    async def start(self) -> None:
        """Start it, and return once it has recovered and answers."""
        options = ("listen_addresses=", f"unix_socket_directories={self.server.directory}")
        with (self.server.directory / "postgres.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *TIED, str(self.server.programs / "postgres"), "-D", str(self._data),
                *(f"--{option}" for option in options),
                stdout=log,
                stderr=log,
                user=self._user,
                cwd=self.server.directory,
                start_new_session=True,  # a Ctrl-C is for the tests
            )  # fmt: skip
        await until(self._answers, START_WITHIN_S)

    async def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.returncode is None, "PostgreSQL ended; see its postgres.log"
        asked = await asyncio.create_subprocess_exec(
            str(self.server.programs / "pg_isready"), "-q", "-h", str(self.server.directory)
        )
        return await asked.wait() == 0

    async def kill(self) -> None:
        """SIGKILL to all of its processes; harmless where it has ended before."""
        if self._process is None or self._process.returncode is not None:
            return
        os.kill(self._process.pid, signal.SIGSTOP)  # nothing new is born while they are counted
        victims = [self._process.pid, *children(self._process.pid)]
        for victim in victims:
            os.kill(victim, signal.SIGKILL)
        await self._process.wait()
        # The shared memory of the old server must be nobody's when the next one starts.
        await until(lambda: not any(is_alive(victim) for victim in victims))

    async def discard(self) -> None:
        """Shut down at once for good, leaving no shared memory behind."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGQUIT)
            await self._process.wait()


def children(pid: int) -> list[int]:
    """The processes that a process has started and that have not ended."""
    threads = Path(f"/proc/{pid}/task")
    return [int(word) for path in threads.glob("*/children") for word in path.read_text().split()]


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that is dead and not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
