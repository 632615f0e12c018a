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
from benchmarks.load import Pace, send_echoes, send_fixes
from benchmarks.phones import Phone, Tally, Wire, connect
from benchmarks.processes import Process, started, until
from benchmarks.walking import Itinerary, Walker

WALK_MPS = 1.4
WARM_UP_S = 0.5
QUIET_S = 0.5
DRAIN_WITHIN_S = 30.0


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


class Crowd:
    """Players of one server who walk through the city."""

    def __init__(self, server: Process, place: City, seed: int = 7) -> None:
        self.server = server
        self.tally = Tally()
        self.phones: list[Phone] = []
        self.walkers: list[Walker] = []
        self.sent = 0
        self._place = place
        self._rng = Random(seed)

    async def join(self, walkers: list[Walker]) -> None:
        """More players connect, and see their first cats."""
        names = [f"player-{len(self.phones) + number}" for number in range(len(walkers))]
        tokens = [self._place.token(name) for name in names]
        before = self.tally.welcomed
        phones = await connect(
            self.server,
            [partial(Phone, self.tally, token) for token in tokens],
        )
        await until(lambda: self.tally.welcomed == before + len(phones))
        self.phones += phones
        self.walkers += walkers
        await self._first_look(phones, walkers)

    async def join_walking(self, players: int) -> None:
        """More players at walking pace."""
        await self.join([Walker(self._rng, WALK_MPS) for _ in range(players)])

    async def _first_look(self, phones: list[Phone], walkers: list[Walker]) -> None:
        route = Itinerary(walkers, len(walkers), min(2_000.0, len(walkers) * 2.0))
        await send_fixes(phones, route)
        self.sent += len(route)
        await self.quiet()

    async def quiet(self) -> None:
        """Wait until everything sent is handled and no messages come any more."""
        async with asyncio.timeout(DRAIN_WITHIN_S):
            # Asked over and over, for it is another process that counts.
            while await self.server.fixes() < self.sent - self.tally.dropped:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
            seen = -1
            while seen != self.tally.octets:
                seen = self.tally.octets
                await asyncio.sleep(QUIET_S)
        self.tally.latencies_s.clear()
        for phone in self.phones:
            phone.expected.clear()

    async def walk(self, rate: float, seconds: float) -> Cost:
        """Everybody walks and says so, at `rate` fixes per second in all."""
        warm_up = Itinerary(self.walkers, int(rate * WARM_UP_S), rate)
        route = Itinerary(self.walkers, int(rate * seconds), rate)
        await send_fixes(self.phones, warm_up)
        fixes, cpu_s, at_s = await self._mark()
        messages = self.tally.messages
        pace = await send_fixes(self.phones, route)
        fixes_after, cpu_after_s, after_s = await self._mark()
        messages = self.tally.messages - messages
        self.sent += len(warm_up) + len(route)
        done = fixes_after - fixes
        used_s = cpu_after_s - cpu_s
        return _cost(pace, done, used_s, after_s - at_s, messages)

    async def _mark(self) -> tuple[int, float, float]:
        """Read together, in this order at both ends, so that a backlog changes nothing."""
        return await self.server.fixes(), self.server.cpu_s(), time.perf_counter()

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
async def walking(core: int, place: City, players: int) -> AsyncIterator[Crowd]:
    """A server on a core with players who walk."""
    async with started(core, *place.serve) as server:
        crowd = Crowd(server, place)
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

    async def echo(self, rate: float, seconds: float) -> Cost:
        """Messages of a fix's size at a rate, each echoed."""
        await send_echoes(self._wires, int(rate * WARM_UP_S), rate)
        octets, cpu_s, at_s = self._tally.octets, self._server.cpu_s(), time.perf_counter()
        pace = await send_echoes(self._wires, int(rate * seconds), rate)
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
