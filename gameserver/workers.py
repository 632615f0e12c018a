"""`serve`: one process, or several on one port.

With workers the parent owns what there can be one of (the port, the embedded Redis, the migration)
and starts a worker again when it dies; the workers do everything else. Each has a listening socket
of its own on the port (SO_REUSEPORT), so that the kernel spreads connections evenly; the parent
keeps them open, so that connections to a dead worker wait for the next instead of being refused.
"""

import asyncio
import gc
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import click

from gameserver.app import check, running
from gameserver.config import Config
from gameserver.coupon_server import running_coupons
from gameserver.errands import migrate_database
from gameserver.live.embedded import embedded_redis
from gameserver.port import BACKLOG

log = logging.getLogger(__name__)

STOP_WITHIN_S = 9.0
AGAIN_AFTER_S = 1.0


async def stop_asked(*, with_parent: bool = False) -> None:
    """Return once SIGTERM or SIGINT came, or the parent is gone (its end of stdin closed)."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if with_parent:
        loop.add_reader(sys.stdin.fileno(), stop.set)  # nobody writes there: it is ready at its end
    await stop.wait()
    if with_parent:
        loop.remove_reader(sys.stdin.fileno())


def collect_seldom() -> None:
    """Spare the garbage collector what lives as long as the process, and let it look less often.

    Hardly anything here is in circles; and a look at a hundred thousand cats stops everybody for a
    tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


async def serve_alone(config: Config) -> None:
    """Serve in this process until asked to stop."""
    async with running(config) as app:
        collect_seldom()
        click.echo(f"listening on {app.url}")
        await stop_asked()


async def serve_coupons(config: Config) -> None:
    """Serve the coupon service in this process until asked to stop."""
    async with running_coupons(config) as url:
        collect_seldom()
        click.echo(f"listening on {url}")
        await stop_asked()


async def serve_on(config: Config, listen_fd: int) -> None:
    """Serve on a socket that the parent holds, until asked to stop."""
    with socket.socket(fileno=listen_fd) as listener:
        listener.setblocking(False)
        async with running(config, listener):
            collect_seldom()
            click.echo("ready")
            await stop_asked(with_parent=True)


async def serve_with_workers(config: Config) -> None:
    """Serve in `config.workers` processes until asked to stop."""
    await check(config)  # a mistake is said here, once, and not by worker after worker
    config.make_data_dir()
    stopped = asyncio.create_task(stop_asked(), name="stop")
    with ExitStack() as stack:
        listeners = _listeners(config, stack)
        if config.database is None:
            await migrate_database(config)
        if config.redis is not None:
            await _family(config, listeners, config.redis, stopped)
            return
        async with embedded_redis(config.data_dir) as redis:
            await _family(config, listeners, redis.url, stopped)


def _listeners(config: Config, stack: ExitStack) -> list[socket.socket]:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    # Another server with workers would share its port with us: ask for it alone first.
    with socket.create_server((config.host, config.port), family=family) as probe:
        port = probe.getsockname()[1]
    listeners: list[socket.socket] = []
    for _ in range(config.workers):
        listener = socket.create_server(
            (config.host, port), family=family, backlog=BACKLOG, reuse_port=True
        )
        listeners.append(stack.enter_context(listener))
    return listeners


async def _family(
    config: Config, listeners: list[socket.socket], redis: str, stopped: asyncio.Task[None]
) -> None:
    workers = [Worker(config, listener.fileno(), redis) for listener in listeners]
    async with asyncio.TaskGroup() as tasks:
        for worker in workers:
            tasks.create_task(worker.live())
        all_ready = tasks.create_task(_all_ready(workers))
        await asyncio.wait([all_ready, stopped], return_when=asyncio.FIRST_COMPLETED)
        all_ready.cancel()
        host, port = listeners[0].getsockname()[:2]
        if not stopped.done():
            click.echo(f"listening on http://{f'[{host}]' if ':' in host else host}:{port}")
        await stopped
        await asyncio.gather(*(worker.stop() for worker in workers))


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
            "--origins", ",".join(config.origins),
            "--max-sockets", str(config.max_sockets),
            "--max-sockets-per-address", str(config.max_sockets_per_address),
            "--guests-per-minute", str(config.guests_per_minute),
            "--catch-m", str(config.rules.catch_m),
            "--log-level", config.log_level,
        ]  # fmt: skip
        # Addresses may have passwords in them: not for everybody's `ps`.
        secrets = {"CATCAT_REDIS": redis, "CATCAT_DATABASE": config.database_url}
        if config.coupons is not None:
            secrets |= {
                "CATCAT_COUPONS": config.coupons,
                "CATCAT_COUPONS_KEY": config.service_key(),
            }
        if config.no_spawn is not None:
            secrets["CATCAT_NO_SPAWN"] = str(config.no_spawn.absolute())
        # Said in any case: what the environment says is overruled where the command says nothing.
        secrets |= {
            "CATCAT_TILES": config.tiles or "",
            "CATCAT_TILES_ATTRIBUTION": config.tiles_attribution,
            "CATCAT_EVENT": config.event or "",
            "CATCAT_PRACTICE": str(int(config.practice)),
        }
        if config.geocoder is not None:
            secrets |= {
                "CATCAT_GEOCODER": config.geocoder,
                "CATCAT_GEOCODER_OPTIONS": json.dumps(dict(config.geocoder_options)),
                "CATCAT_GEOCODER_DATUM": config.geocoder_datum or "",
                "CATCAT_GEOCODER_EVERY": str(config.geocoder_every_s),
            }
        self._environment = os.environ | secrets | {"PYTHONUNBUFFERED": "1"}
        self._listen_fd = listen_fd
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        self.ready = asyncio.Event()

    async def live(self) -> None:
        """Keep a process running until `stop`, and return when the last one has ended."""
        while not self._stopping.is_set():
            started_s = time.monotonic()
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                pass_fds=[self._listen_fd],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=self._environment,
            )
            if self._stopping.is_set():
                self._process.terminate()  # it was being started when the stop came
            assert self._process.stdout is not None
            while line := await self._process.stdout.readline():
                if line.strip() == b"ready":
                    self.ready.set()
            status = await self._process.wait()
            if self._stopping.is_set():
                return
            log.warning("a worker ended with status %s", status)
            if time.monotonic() - started_s < AGAIN_AFTER_S:
                await asyncio.sleep(AGAIN_AFTER_S)

    async def stop(self) -> None:
        """Ask the process to drain; kill it where it takes too long. No other takes its place."""
        self._stopping.set()
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
