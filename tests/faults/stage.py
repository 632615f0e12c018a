"""Everything that a game runs on, as processes of our own: what can be killed, and the books.

`Layout` says how the game is put together; `standing` puts it up and takes it down again.
"""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from typing import Protocol

import redis
from msgspec import Struct

from gameserver.ledger.migrations import upgrade
from tests.faults.town import FRESH, Supply, found_town
from tests.servers.catcat import CatCat
from tests.servers.lasting import LastingPostgres, LastingRedis, cut_tail, is_alive
from tests.servers.postgres import postgres_programs
from tests.waiting import until


class Layout(Struct, frozen=True):
    """How the game is put together.

    `embedded`: SQLite and the server's own redis-server, as by default; else a Redis and a
    PostgreSQL of their own. `coupons_apart`: coupons are kept by `catcat coupons`, in PostgreSQL
    with a database of its own, unless the `books_shared`.
    """

    workers: int = 1
    embedded: bool = False
    coupons_apart: bool = True
    books_shared: bool = False
    supply: Supply = FRESH


class Part(Protocol):
    """Something that can be killed and started again on the same data."""

    @property
    def name(self) -> str: ...

    async def kill(self) -> None:
        """SIGKILL to all of its processes; they are gone when it returns."""

    async def start(self) -> None:
        """Start it; it can be used when it returns."""


class ServerPart:
    """A `catcat` process with its workers."""

    def __init__(self, name: str, server: CatCat) -> None:
        self.name = name
        self.server = server

    async def kill(self) -> None:
        await self.server.kill_with_workers()

    def freeze(self) -> None:
        """Take connections, and answer nothing, until `thaw`."""
        os.kill(self.server.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on."""
        os.kill(self.server.pid, signal.SIGCONT)

    async def start(self) -> None:
        await self.server.start()


class EmbeddedRedisPart:
    """The redis-server that the game server has started, and starts again when it dies."""

    name = "redis"

    def __init__(self, server: CatCat) -> None:
        self._directory = server.data_dir / "redis"
        self.url = f"unix://{self._directory / 'redis.sock'}"

    async def kill(self) -> None:
        with redis.from_url(self.url) as client:
            pid = client.info("server")["process_id"]
        os.kill(pid, signal.SIGKILL)
        await until(lambda: not is_alive(pid))

    async def start(self) -> None:
        """Wait until the game server has done it."""
        await until(self._answers)

    def _answers(self) -> bool:
        with suppress(redis.RedisError), redis.from_url(self.url) as client:
            return bool(client.ping())
        return False

    def cut(self, rng: Random) -> int:
        """See `LastingRedis.cut`."""
        return cut_tail(self._directory, rng)


class Stage:
    """The game while it stands. Made by `standing`."""

    def __init__(self, directory: Path, layout: Layout) -> None:
        self.directory = directory
        self.layout = layout
        self._data = directory / "var"
        self._redis: LastingRedis | EmbeddedRedisPart
        self._postgres: LastingPostgres | None = None
        self._coupons: ServerPart | None = None
        game_options: list[str] = []
        if not layout.embedded:
            programs = postgres_programs()
            if programs is None:
                raise MissingPostgres("PostgreSQL is not installed")
            self._redis = LastingRedis(directory / "redis")
            self._postgres = LastingPostgres(programs, directory / "postgres")
            game_options += ["--redis", self._redis.url, "--database", self._database("game")]
        if layout.coupons_apart:
            options = [] if layout.embedded else ["--database", self._coupon_books]
            coupons = CatCat(self._data, *options, command="coupons")
            coupons.log = directory / "coupons.log"
            self._coupons = ServerPart("coupons", coupons)
            game_options += ["--coupons", coupons.url]
        if layout.workers > 1:
            game_options += ["--workers", str(layout.workers)]
        game = CatCat(self._data, *game_options)
        game.log = directory / "game.log"
        self._game = ServerPart("game", game)
        if layout.embedded:
            self._redis = EmbeddedRedisPart(game)

    def _database(self, name: str) -> str:
        assert self._postgres is not None
        return self._postgres.server.url(name)

    @property
    def _has_two_books(self) -> bool:
        shared = self.layout.embedded or self.layout.books_shared
        return self.layout.coupons_apart and not shared

    @property
    def _coupon_books(self) -> str:
        return self._database("game" if self.layout.books_shared else "coupons")

    @property
    def url(self) -> str:
        """Where the game is."""
        return self._game.server.url

    @property
    def history(self) -> Path:
        """Where the bots write down what they were told."""
        return self.directory / "history.jsonl"

    @property
    def parts(self) -> list[Part]:
        """What can be killed, in the order in which it is started."""
        if isinstance(self._redis, EmbeddedRedisPart):
            return [*([self._coupons] if self._coupons else []), self._game, self._redis]
        assert self._postgres is not None
        stores: list[Part] = [self._redis, self._postgres]
        return [*stores, *([self._coupons] if self._coupons else []), self._game]

    @property
    def coupons(self) -> ServerPart:
        """The coupon service."""
        assert self._coupons is not None, "the game keeps its coupons itself"
        return self._coupons

    async def put_up(self) -> None:
        """Start everything, with tables and a town in it."""
        for part in self.parts:
            await part.start()
            if part is self._postgres:
                await self._make_books("game")
                if self._has_two_books:
                    await self._make_books("coupons")
        await found_town(self.url, await self._merchant_key(), self.layout.supply)

    async def _make_books(self, name: str) -> None:
        assert self._postgres is not None
        self._postgres.server.execute(f"CREATE DATABASE {name}")
        await asyncio.to_thread(upgrade, self._database(name))

    async def _merchant_key(self) -> str:
        said = await catcat("merchant", "add", "The Town", *self._where("game"))
        return said.split("key ")[1].strip()

    def _where(self, name: str) -> list[str]:
        where = ["--data-dir", str(self._data)]
        return where if self._postgres is None else [*where, "--database", self._database(name)]

    async def lose_power(self, rng: Random) -> int:
        """Kill the game server and Redis, and lose the end of what Redis wrote; how many bytes."""
        await self._game.kill()
        await self._redis.kill()
        return self._redis.cut(rng)

    async def regain_power(self) -> None:
        """Start again what `lose_power` has killed."""
        if isinstance(self._redis, LastingRedis):
            await self._redis.start()
        await self._game.start()

    def unfinished(self) -> int:
        """How many claims wait in Redis for their books to be done."""
        with redis.from_url(self._redis.url) as client:
            return sum(
                fields[b"kind"] == b"claim"
                for outbox in client.scan_iter("*:outbox", count=1000)
                for _, fields in client.xrange(outbox)
            )

    async def complaints(self, *, told: bool = False) -> list[str]:
        """What the audits of all books have to say against them; `told`: the bots' history, too."""
        found: list[str] = []
        for words in self._audits(told):
            status, said = await catcat_says("audit", *words)
            broken = [line for line in said.splitlines() if not line.startswith("ok ")]
            found += broken or ([f"audit: status {status}"] if status else [])
        return found

    def _audits(self, told: bool) -> Iterator[list[str]]:
        live = ["--redis", self._redis.url] if isinstance(self._redis, LastingRedis) else []
        history = ["--history", str(self.history)] if told else []
        if not self._has_two_books:
            yield [*self._where("game"), *live, *history]
            return
        service = ["--coupons", self.coupons.server.url]
        if told:
            history += ["--coupons-database", self._coupon_books]
        yield [*self._where("game"), *live, *service, *history]
        yield [*self._where("coupons"), *live]

    async def take_down(self) -> None:
        """End every process; the data stay."""
        started = [
            part for part in self.parts if isinstance(part, ServerPart) and part.server.started
        ]
        for part in reversed(started):
            await part.kill()
        for part in started:  # not before: they share a directory, by which leftovers are known
            part.server.kill_what_it_left()
        if isinstance(self._redis, LastingRedis):
            await self._redis.kill()
        if self._postgres is not None:
            await self._postgres.discard()


class MissingPostgres(Exception):
    """This machine has no PostgreSQL."""


class CommandFailed(Exception):
    """A `catcat` command ended with another status than 0; the text is what it said."""


async def catcat_says(*words: str) -> tuple[int, str]:
    """The status of a `catcat` command, and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gameserver", *words,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


async def catcat(*words: str) -> str:
    """What a `catcat` command said; CommandFailed where it failed."""
    status, said = await catcat_says(*words)
    if status:
        raise CommandFailed(f"catcat {words[0]}: {said}")
    return said


@asynccontextmanager
async def standing(layout: Layout) -> AsyncIterator[Stage]:
    """The game, put up in a directory of its own; that stays where the block ends in an error."""
    directory = _new_directory()
    stage = Stage(directory, layout)
    try:
        await stage.put_up()
        yield stage
    finally:
        await stage.take_down()
    shutil.rmtree(directory)


def _new_directory() -> Path:
    directory = Path(tempfile.mkdtemp(prefix="catcat-faults-"))
    directory.chmod(0o711)  # PostgreSQL may run as somebody else, in a directory of its own
    return directory
