"""`serve`: one process, or several on one socket.

With workers the parent owns what there can be one of (the listening socket, the embedded Redis,
the migration) and starts a worker again when it dies; the workers do everything else.
"""

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import click

from gameserver.app import running
from gameserver.config import Config
from gameserver.errands import migrate_database
from gameserver.live.embedded import embedded_redis

log = logging.getLogger(__name__)

STOP_WITHIN_S = 9.0
AGAIN_AFTER_S = 1.0


async def stop_asked() -> None:
    """Return once SIGTERM or SIGINT came."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()


async def serve_alone(config: Config) -> None:
    """Serve in this process until asked to stop."""
    async with running(config) as app:
        click.echo(f"listening on {app.url}")
        await stop_asked()


async def serve_on(config: Config, listen_fd: int) -> None:
    """Serve on a socket that the parent holds, until asked to stop."""
    with socket.socket(fileno=listen_fd) as listener:
        listener.setblocking(False)
        async with running(config, listener):
            click.echo("ready")
            await stop_asked()


def serve_with_workers(config: Config) -> int:
    """Serve in `config.workers` processes until asked to stop; the exit status."""
    return asyncio.run(_parent(config))


async def _parent(config: Config) -> int:
    config.data_dir.mkdir(parents=True, exist_ok=True)
    stopped = asyncio.create_task(stop_asked(), name="stop")
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.create_server((config.host, config.port), family=family, backlog=4096) as listener:
        if config.database is None:
            await migrate_database(config)
        if config.redis is not None:
            return await _family(config, listener, config.redis, stopped)
        async with embedded_redis(config.data_dir) as redis:
            return await _family(config, listener, redis.url, stopped)


async def _family(
    config: Config, listener: socket.socket, redis: str, stopped: asyncio.Task[None]
) -> int:
    workers = [Worker(config, listener.fileno(), redis) for _ in range(config.workers)]
    async with asyncio.TaskGroup() as tasks:
        lives = [tasks.create_task(worker.live()) for worker in workers]
        all_ready = tasks.create_task(_all_ready(workers))
        await asyncio.wait([all_ready, stopped], return_when=asyncio.FIRST_COMPLETED)
        all_ready.cancel()
        host, port = listener.getsockname()[:2]
        if not stopped.done():
            click.echo(f"listening on http://{f'[{host}]' if ':' in host else host}:{port}")
        await stopped
        await asyncio.gather(*(worker.stop() for worker in workers))
        for life in lives:
            life.cancel()
    return 0


async def _all_ready(workers: "list[Worker]") -> None:
    for worker in workers:
        await worker.ready.wait()


class Worker:
    """One worker process, started again whenever it ends by itself."""

    def __init__(self, config: Config, listen_fd: int, redis: str) -> None:
        self._command = [
            sys.executable, "-m", "gameserver", "worker",
            "--listen-fd", str(listen_fd),
            "--host", config.host,
            "--port", str(config.port),
            "--data-dir", str(Path(config.data_dir).absolute()),
            "--redis", redis,
            "--database", config.database_url,
            "--origins", ",".join(config.origins),
            "--max-sockets", str(config.max_sockets),
            "--max-sockets-per-address", str(config.max_sockets_per_address),
            "--catch-m", str(config.rules.catch_m),
            "--log-level", config.log_level,
        ]  # fmt: skip
        self._listen_fd = listen_fd
        self._process: asyncio.subprocess.Process | None = None
        self.ready = asyncio.Event()

    async def live(self) -> None:
        """Keep a process running until cancelled."""
        while True:
            started_s = time.monotonic()
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                pass_fds=[self._listen_fd],
                stdout=subprocess.PIPE,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )
            assert self._process.stdout is not None
            while line := await self._process.stdout.readline():
                if line.strip() == b"ready":
                    self.ready.set()
            status = await self._process.wait()
            log.warning("a worker ended with status %s", status)
            if time.monotonic() - started_s < AGAIN_AFTER_S:
                await asyncio.sleep(AGAIN_AFTER_S)

    async def stop(self) -> None:
        """Ask the process to drain; kill it where it takes too long."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
