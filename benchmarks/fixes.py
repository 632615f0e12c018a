"""What a position fix costs the server, and what echoing a message of its size costs the floor."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from random import Random

from msgspec import Struct

from benchmarks.city import City
from benchmarks.frames import FixFrame
from benchmarks.load import TICK_S, Pace, send_echoes, send_fixes
from benchmarks.phones import Phone, Tally, Wire, connect
from benchmarks.processes import Process, started, until
from benchmarks.walking import Itinerary, Walker

WALK_MPS = 1.4
WARM_UP_S = 0.5
QUIET_S = 0.5
DRAIN_WITHIN_S = 60.0

SEE_WITHIN_S = 180.0
"""A server that has just started brings all cats into its memory first."""


class Cost(Struct, frozen=True):
    """One run at one offered rate."""

    offered_per_s: float
    done_per_s: float
    cpu_us: float
    """Of the server, per message that it handled."""
    busy: float
    """The share of its core that the server used."""
    late_ms: float
    """How late the load sent its latest message."""
    messages: int = 0
    """That the server sent."""


class Mark(Struct, frozen=True):
    """How far a server has come: fixes handled, CPU used, and when that was."""

    fixes: int
    cpu_s: float
    at_s: float
    asking_s: float
    """The CPU that the server took to say so (all its metrics): some 6 ms, no part of a fix."""


class Crowd:
    """Players of one server who walk through the city."""

    def __init__(self, server: Process, place: City, name: str) -> None:
        self.server = server
        self.tally = Tally()
        self.phones: list[Phone] = []
        self.walkers: list[Walker] = []
        self.place = place
        self.saw_s = 0.0
        """When all who joined last saw their first cats, on the clock `time.perf_counter`."""
        self._name = name
        self._rng = Random(name)

    async def join(self, walkers: list[Walker]) -> None:
        """More players connect, and see their first cats."""
        phones = await self.say_hello(len(walkers))
        self.walkers += walkers
        await self._first_look(phones, walkers)

    async def say_hello(self, players: int) -> list[Phone]:
        """More players connect and are welcomed."""
        names = [f"{self._name}-{len(self.phones) + number}" for number in range(players)]
        tokens = [self.place.token(name) for name in names]
        before = self.tally.welcomed
        phones = await connect(self.server, [partial(Phone, self.tally, token) for token in tokens])
        await until(lambda: self.tally.welcomed == before + len(phones))
        self.phones += phones
        return phones

    async def join_walking(self, players: int) -> None:
        """More players at walking pace."""
        await self.join([Walker(self._rng, WALK_MPS) for _ in range(players)])

    async def _first_look(self, phones: list[Phone], walkers: list[Walker]) -> None:
        route = Itinerary(walkers, len(walkers), min(2_000.0, len(walkers) * 2.0))
        await send_fixes(phones, route)
        await until(lambda: all(phone.sees for phone in phones), SEE_WITHIN_S)
        self.saw_s = time.perf_counter()
        await self.quiet()
        for phone in phones:  # regions that came in meanwhile answered a first look in parts
            phone.expected.clear()
        self.tally.latencies_s.clear()

    async def quiet(self) -> None:
        """Wait until everything sent is handled and no messages come any more."""
        async with asyncio.timeout(DRAIN_WITHIN_S):
            seen, now = None, (await self.server.fixes(), self.tally.octets)
            while seen != now:
                await asyncio.sleep(QUIET_S)
                seen, now = now, (await self.server.fixes(), self.tally.octets)

    async def reveals_s(self) -> list[float]:
        """The latencies from fix to `cats` since the last call, sorted; every one was answered.

        RuntimeError where a view stayed behind, or somebody was sent away.
        """
        await self.quiet()
        unanswered = sum(len(phone.expected) for phone in self.phones)
        if unanswered or self.tally.closed or self.tally.dropped:
            raise RuntimeError(
                f"{unanswered} fixes that move a view were not answered, "
                f"{len(self.tally.closed)} players were sent away ({self.tally.closed[:3]}), "
                f"{self.tally.dropped} messages could not be sent"
            )
        found = sorted(self.tally.latencies_s)
        self.tally.latencies_s.clear()
        return found

    async def walk(self, rate: float, seconds: float, tick_s: float = TICK_S) -> Cost:
        """Everybody walks and says so, at `rate` fixes per second in all."""
        warm_up = Itinerary(self.walkers, int(rate * WARM_UP_S), rate)
        route = Itinerary(self.walkers, int(rate * seconds), rate)
        await send_fixes(self.phones, warm_up, tick_s)
        await self.server.fixes()  # what the warm-up left to do is done by then
        before = await self._mark()
        messages = self.tally.messages
        pace = await send_fixes(self.phones, route, tick_s)
        after = await self._mark()
        messages = self.tally.messages - messages
        done = after.fixes - before.fixes
        used_s = after.cpu_s - before.cpu_s - before.asking_s
        return _cost(pace, done, used_s, after.at_s - before.at_s, messages)

    async def _mark(self) -> Mark:
        """Read together, in this order at both ends, so that a backlog changes nothing."""
        before_s = self.server.cpu_s()
        fixes = await self.server.fixes()
        cpu_s = self.server.cpu_s()
        return Mark(fixes, cpu_s, time.perf_counter(), cpu_s - before_s)

    def leave(self) -> None:
        """Hang up, all of them."""
        for phone in self.phones:
            phone.close()


def _cost(pace: Pace, done: int, used_s: float, took_s: float, messages: int) -> Cost:
    return Cost(
        offered_per_s=pace.rate,
        done_per_s=done / took_s,
        cpu_us=used_s / done * 1e6,
        busy=used_s / took_s,
        late_ms=pace.latest_s * 1e3,
        messages=messages,
    )


@asynccontextmanager
async def walking(core: int, place: City, players: int, name: str) -> AsyncIterator[Crowd]:
    """A server on a core with players who walk; a player has one session in a city, so `name`
    must be another for each server."""
    async with started(core, *place.serve) as server:
        crowd = Crowd(server, place, name)
        await crowd.join_walking(players)
        try:
            yield crowd
        finally:
            crowd.leave()


class Floor:
    """The echo server and its connections."""

    def __init__(self, server: Process, tally: Tally, wires: list[Wire]) -> None:
        self._server = server
        self._tally = tally
        self._wires = wires
        self._size = len(FixFrame())

    async def echo(self, rate: float, seconds: float, tick_s: float = TICK_S) -> Cost:
        """Messages of a fix's size at a rate, each echoed."""
        await send_echoes(self._wires, int(rate * WARM_UP_S), rate, tick_s)
        octets, cpu_s, at_s = self._tally.octets, self._server.cpu_s(), time.perf_counter()
        pace = await send_echoes(self._wires, int(rate * seconds), rate, tick_s)
        done = (self._tally.octets - octets) // self._size
        used_s = self._server.cpu_s() - cpu_s
        return _cost(pace, done, used_s, time.perf_counter() - at_s, done)


@asynccontextmanager
async def echoing(core: int, connections: int) -> AsyncIterator[Floor]:
    """The floor on a core, with so many connections."""
    async with started(core, "benchmarks.floor") as server:
        tally = Tally()
        wires = await connect(server, [partial(Wire, tally)] * connections)
        try:
            yield Floor(server, tally, wires)
        finally:
            for wire in wires:
                wire.close()
