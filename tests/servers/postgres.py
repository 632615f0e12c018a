"""A real PostgreSQL server for tests: in a directory of its own, gone when the block ends."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from msgspec import Struct

from gameserver.ledger.migrations import upgrade

START_S = 60.0

# What a test must not wait for, and nothing that it could see the difference of.
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=100")

_TEMPLATE = "migrated"
_numbers = count(1)


class PostgresServer(Struct, frozen=True):
    """A running server, reached by a unix socket in its directory."""

    programs: Path
    directory: Path

    def url(self, database: str) -> str:
        """What the ledger is given."""
        return f"postgresql+asyncpg://postgres@/{database}?host={self.directory}"

    def execute(self, statement: str, database: str = "postgres") -> str:
        """Run a statement as the superuser; its output, unadorned."""
        words = ("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", database)
        command = [str(self.programs / words[0]), *words[1:], "-h", str(self.directory)]
        done = subprocess.run(
            [*command, "-c", statement], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def empty_database(self) -> str:
        """The name of a new database without tables."""
        name = f"empty_{next(_numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return name

    def migrated_database(self) -> str:
        """The name of a new database with our tables."""
        name = f"books_{next(_numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
        return name

    def drop(self, database: str) -> None:
        """Delete a database, whoever is still connected to it."""
        self.execute(f"DROP DATABASE {database} WITH (FORCE)")


def postgres_programs() -> Path | None:
    """Where the newest PostgreSQL of the machine has its programs, or None."""
    found = sorted(
        (path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()),
        key=lambda path: int(path.parent.name) if path.parent.name.isdigit() else 0,
    )
    if found:
        return found[-1]
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@contextmanager
def postgres_server(programs: Path) -> Iterator[PostgresServer]:
    """A server that nobody else knows of; it listens on a unix socket only."""
    # PostgreSQL refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="cat-") as path:
        directory = Path(path).resolve()
        if user is not None:
            shutil.chown(directory, user)
        data = directory / "data"
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"],
            check=True,
            capture_output=True,
            user=user,
            cwd=directory,
        )
        options = ("listen_addresses=", f"unix_socket_directories={directory}", *QUICK)
        process = subprocess.Popen(
            [programs / "postgres", "-D", data, *(f"--{option}" for option in options)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=user,
            cwd=directory,
        )
        try:
            server = PostgresServer(programs, directory)
            _wait_until_ready(server, process)
            server.execute(f"CREATE DATABASE {_TEMPLATE}")
            upgrade(server.url(_TEMPLATE))
            yield server
        finally:
            process.send_signal(signal.SIGQUIT)  # immediate shutdown: it is thrown away
            process.wait()


def _wait_until_ready(server: PostgresServer, process: "subprocess.Popen[bytes]") -> None:
    give_up = time.monotonic() + START_S
    while True:
        try:
            server.execute("SELECT 1")
            return
        except subprocess.CalledProcessError:
            if process.poll() is not None or time.monotonic() > give_up:
                raise
        time.sleep(0.05)
