"""Calls to Redis travel together: those of one turn of the event loop go out in one write.

Each server has a queue and a few lanes; a lane is a task with a connection of its own that takes
what is queued, sends it, and hands out the replies. A call is sent again where its reply was lost,
until its deadline: everything that goes through here must be idempotent.
"""

import asyncio
import logging
from asyncio import Event, Future, Task
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from random import sample
from time import perf_counter
from typing import Any

from redis.crc import key_slot
from redis.exceptions import (
    AskError,
    ClusterDownError,
    MovedError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)

from gameserver.histogram import ITEMS, Histogram
from gameserver.live.address import LiveUrl, Seat
from gameserver.live.cluster import slots_of
from gameserver.live.errors import LiveBusy, LiveError, LiveUnavailable
from gameserver.live.link import Argument, Link, pack
from gameserver.live.scripts import Script
from gameserver.patience import within

log = logging.getLogger(__name__)

WAITING_MAX = 20_000
"""Calls that may wait at once; one more is refused with LiveBusy."""

BATCH_MAX = 512
"""Commands in one write."""

LANES = 2
"""Connections per server: one slow batch does not hold up the next."""

DEADLINE_S = 3.0
"""After this a call is not sent again."""

ATTEMPT_S = 1.0
"""How long a batch waits for its replies before its connection is given up."""

PAUSE_S = 0.05
PAUSE_MAX_S = 0.5

ASKING = pack("ASKING")

_LATER = (TryAgainError, ClusterDownError, ReadOnlyError)
"""Refusals of a server that is about to change its role: the same call may succeed soon."""


class _Call:
    """One call on its way; the future is its caller's.

    `prelude` is a command to be sent right before it, this once.
    """

    __slots__ = ("deadline", "future", "packed", "prelude", "reason", "script", "slot")

    def __init__(
        self, packed: bytes, script: Script | None, slot: int, future: "Future[object]"
    ) -> None:
        self.packed = packed
        self.script = script
        self.slot = slot
        self.future = future
        self.prelude: bytes | None = None
        self.reason: object = "no answer in time"
        self.deadline = future.get_loop().time() + DEADLINE_S


class Traffic:
    """What went to Redis: commands per write, and seconds from a write to its last reply."""

    def __init__(self) -> None:
        self.commands = Histogram(ITEMS)
        self.round_trips = Histogram()


class _Server:
    """A server's queue, and the lanes that empty it."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.calls: deque[_Call] = deque()
        self.ready = Event()
        self.retired = False

    def put(self, call: _Call) -> None:
        self.calls.append(call)
        self.ready.set()

    async def take(self) -> list[_Call]:
        """What is queued, up to BATCH_MAX; nothing once the server is retired and empty."""
        while not self.calls and not self.retired:
            self.ready.clear()
            await self.ready.wait()
        count = min(len(self.calls), BATCH_MAX)
        return [self.calls.popleft() for _ in range(count)]

    def retire(self) -> None:
        self.retired = True
        self.ready.set()


class Batcher:
    """The one way to Redis. Made with `open_batcher`."""

    def __init__(self, url: LiveUrl, limit: int = WAITING_MAX) -> None:
        self._url = url
        self._limit = limit
        self._loop = asyncio.get_running_loop()
        self._waiting: set[_Call] = set()
        self._servers: dict[Seat, _Server] = {}
        self._slots: list[Seat] = []
        self._moved = Event()
        self.traffic = Traffic()
        self._tasks: set[Task[None]] = set()
        self._closed = False

    @property
    def waiting(self) -> int:
        """Calls that wait for their reply."""
        return len(self._waiting)

    def send(self, key: str, *command: Argument) -> "Future[object]":
        """Run one command on the server that has `key`; the future is the reply as Redis sent it.

        The command must be harmless to repeat. The future fails with LiveBusy if too many calls
        wait already, LiveUnavailable if there was no answer within about DEADLINE_S, LiveError if
        the server refused the command. Cancelling it touches no other call.
        """
        return self._send(pack(*command), None, key)

    def run(
        self, script: Script, keys: Sequence[str], args: Sequence[Argument]
    ) -> "Future[object]":
        """Run a script on the server that has its first key; else as `send`."""
        packed = pack("EVALSHA", script.sha, len(keys), *keys, *args)
        return self._send(packed, script, keys[0])

    def _send(self, packed: bytes, script: Script | None, key: str) -> "Future[object]":
        future: Future[object] = self._loop.create_future()
        if self._closed:
            future.set_exception(LiveUnavailable("the connection to Redis is closed"))
        elif len(self._waiting) >= self._limit:
            future.set_exception(LiveBusy(f"{self._limit} calls to Redis are waiting already"))
        else:
            slot = key_slot(key.encode()) if self._slots else 0
            call = _Call(packed, script, slot, future)
            self._waiting.add(call)
            self._put(call)
        return future

    def _put(self, call: _Call, seat: Seat | None = None) -> None:
        if self._closed:
            return
        if seat is None:
            seat = self._slots[call.slot] if self._slots else self._url.seats[0]
        self._server(seat).put(call)

    def _server(self, seat: Seat) -> _Server:
        server = self._servers.get(seat)
        if server is None or server.retired:
            server = self._servers[seat] = _Server(seat)
            for _ in range(LANES):
                self._start(self._lane(server))
        return server

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def start(self) -> None:
        """Find the servers of a cluster. LiveUnavailable where that fails."""
        if self._url.kind == "single":
            return
        try:
            async with asyncio.timeout(DEADLINE_S):
                self._slots = await slots_of(self._url, self._url.seats)
        except (OSError, RedisError) as error:
            raise LiveUnavailable(f"{self._url}: {error}") from error
        self._start(self._follow_cluster())

    async def close(self) -> None:
        """Stop the lanes. Calls that wait still fail with LiveUnavailable."""
        self._closed = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for call in tuple(self._waiting):
            self._fail(call, LiveUnavailable("the connection to Redis was closed"))

    def _succeed(self, call: _Call, reply: object) -> None:
        self._waiting.discard(call)
        if not call.future.done():
            call.future.set_result(reply)

    def _fail(self, call: _Call, error: LiveError) -> None:
        self._waiting.discard(call)
        if not call.future.done():
            call.future.set_exception(error)

    async def _lane(self, server: _Server) -> None:
        link = Link(self._url.connection(server.seat))
        failures = 0
        try:
            while queued := await server.take():
                batch = [call for call in queued if self._is_wanted(call)]
                if not batch:
                    continue
                try:
                    async with within(ATTEMPT_S):
                        await self._exchange(link, server, batch)
                    failures = 0
                except (RedisError, OSError) as error:
                    await link.close()
                    self._moved.set()
                    for call in batch:
                        call.reason = error
                        self._put(call)
                    await asyncio.sleep(min(PAUSE_S * 2**failures, PAUSE_MAX_S))
                    failures += 1
                except Exception as error:
                    # A bug of ours must not leave callers waiting for a lane that is gone.
                    await link.close()
                    for call in batch:
                        self._fail(call, LiveError(f"{type(error).__name__} in a batch"))
                    log.exception("a batch of calls to Redis failed")
        finally:
            await link.close()

    def _is_wanted(self, call: _Call) -> bool:
        """Whether a caller still waits for this call; who waited too long hears so."""
        if call.future.done():
            self._waiting.discard(call)
            return False
        if call.deadline > self._loop.time():
            return True
        self._fail(call, LiveUnavailable(f"{self._url} did not answer: {call.reason}"))
        return False

    async def _exchange(self, link: Link, server: _Server, batch: list[_Call]) -> None:
        commands = []
        for call in batch:
            if call.prelude:
                commands.append(call.prelude)
            commands.append(call.packed)
        self.traffic.commands.add(len(commands))
        started_s = perf_counter()
        replies = iter(await link.exchange(commands))
        self.traffic.round_trips.add(perf_counter() - started_s)
        unknown: set[str] = set()
        for call in batch:
            before = next(replies) if call.prelude else None
            reply = next(replies)
            call.prelude = None
            if not isinstance(reply, ResponseError):
                self._succeed(call, reply)
            elif isinstance(before, ResponseError):
                self._refused(call, before, server.seat)
            elif isinstance(reply, NoScriptError) and call.script:
                # The first of these calls brings the script along for the others.
                if call.script.sha not in unknown:
                    call.prelude = pack("SCRIPT", "LOAD", call.script.text)
                    unknown.add(call.script.sha)
                server.put(call)
            else:
                self._refused(call, reply, server.seat)

    def _refused(self, call: _Call, error: ResponseError, seat: Seat) -> None:
        call.reason = error
        if isinstance(error, AskError) and self._slots:
            owner = (error.host or seat[0], error.port)
            if isinstance(error, MovedError):
                self._moved.set()
            else:
                call.prelude = ASKING
            self._put(call, owner)
        elif isinstance(error, _LATER):
            self._moved.set()
            self._loop.call_later(PAUSE_S, self._put, call)
        elif isinstance(error, OutOfMemoryError):
            self._fail(call, LiveUnavailable(f"{self._url}: {error}"))
        else:
            # Without the command: its arguments can be personal.
            name = f"{call.script.name}.lua" if call.script else "a command"
            self._fail(call, LiveError(f"{self._url} refused {name}: {error}"))

    async def _follow_cluster(self) -> None:
        """Ask again where the keys are, whenever a reply or a failure says that they moved."""
        while True:
            await self._moved.wait()
            self._moved.clear()
            known = list({*self._slots, *self._url.seats})
            try:
                self._slots = await slots_of(self._url, sample(known, len(known)))
            except (RedisError, OSError):
                self._moved.set()
            else:
                for seat in self._servers.keys() - set(self._slots):
                    self._servers.pop(seat).retire()
            await asyncio.sleep(PAUSE_S)


@asynccontextmanager
async def open_batcher(url: LiveUrl, limit: int = WAITING_MAX) -> AsyncIterator[Batcher]:
    """A Batcher whose tasks and connections end with the block."""
    batcher = Batcher(url, limit)
    try:
        await batcher.start()
        yield batcher
    finally:
        await batcher.close()
