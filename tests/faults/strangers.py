"""Clients that do a server harm, and players beside them who see how much.

They share one process and one core, and cost little of it: frames are encoded before and go
straight to the sockets.
"""

import asyncio
import socket
import time
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from random import Random
from typing import Any, cast

from catbot.address import Address as BotAddress
from catbot.connection import Closed, Connection, Ears, UnreachableError, dial
from catbot.wire import Hello, Notice, Welcome, WireError, decode, encode

from benchmarks.city import City, corners
from benchmarks.frames import FixFrame, frame
from benchmarks.phones import Address, Phone, Tally, Wire, connect
from tests.waiting import until

NOBODYS_CAT = "10cca41b2-nosuchcat"
ASKS_EVERY_S = 0.2
HOPS_EVERY_S = 0.05
FLOODS_EVERY_S = 0.001
FLOODS_AGAIN_S = 0.1
FROZEN_S = 6.0
"""So long a frozen reader stays; the server has cut it off before."""
SILENT_SAYS = b"GET /play HTTP/1.1\r\nX-Slow: "
BACK_AFTER_S = 5.0
"""A client that knows no better comes back after up to this long, as the contract's jitter."""


class Asking(Phone):
    """A player who asks for a cat that there is not, and notes how long the answer took."""

    ASK = frame({"type": "aim", "cat": NOBODYS_CAT})

    def ask(self, due_s: float) -> None:
        """Ask now what was to be asked at `due_s`."""
        self.expected.append(due_s)
        self.send(self.ASK)

    def message(self, data: bytes, start: int, end: int) -> None:
        if self.expected and data.find(b"refused", start, start + 16) >= 0:
            self.tally.latencies_s.append(time.perf_counter() - self.expected.popleft())
        else:
            super().message(data, start, end)


class Witnesses:
    """Players who ask all the time, evenly spread, whether or not they are answered."""

    def __init__(self, phones: list[Asking], tally: Tally) -> None:
        self._phones = phones
        self._tally = tally

    async def p99_ms(self, lasts_s: float) -> float:
        """Ask for so long; what 99 of 100 answers stayed below, from when the question was due."""
        self._tally.latencies_s.clear()
        start_s, asked = time.perf_counter(), 0
        apart_s = ASKS_EVERY_S / len(self._phones)
        while (now_s := time.perf_counter() - start_s) < lasts_s:
            while asked * apart_s <= now_s:
                self._phones[asked % len(self._phones)].ask(start_s + asked * apart_s)
                asked += 1
            await asyncio.sleep(0.001)
        await until(lambda: len(self._tally.latencies_s) == asked)
        found = sorted(self._tally.latencies_s)
        return found[len(found) * 99 // 100] * 1000.0


class Hopping(Phone):
    """A player to and fro between two full places; frozen, it reads nothing of what it is shown."""

    def __init__(self, tally: Tally, token: str, turn: int, sock: socket.socket) -> None:
        super().__init__(tally, token, sock)
        every = corners()
        here = turn * 2 % (len(every) - 1)
        self._places = every[here], every[here + 1]
        self._frame = FixFrame()
        self._hops = turn
        self.frozen = False
        self.is_welcome = asyncio.Event()

    def message(self, data: bytes, start: int, end: int) -> None:
        super().message(data, start, end)
        self.is_welcome.set()

    def hop(self) -> None:
        """Be at the other place, and say so."""
        self._hops += 1
        lat, lon = self._places[self._hops % 2]
        self.send(self._frame.at(lat, lon, time.time_ns() // 1_000_000))

    def freeze(self) -> None:
        """Read no more."""
        self.frozen = True
        cast(asyncio.Transport, self._transport).pause_reading()  # uvloop's own is no subclass

    def send(self, octets: bytes | bytearray) -> None:
        if not self.frozen:
            super().send(octets)
            return
        try:
            self._sock.send(octets)  # once the server reads no more, there may be room for half
        except OSError:
            self.tally.dropped += 1


class Frozen:
    """Players who do not read. Who is cut off comes back and freezes again."""

    def __init__(self, address: Address, tokens: Sequence[str]) -> None:
        self._address = address
        self._tokens = tokens
        self._tally = Tally()
        self.phones: list[Hopping] = []

    async def come(self) -> None:
        """All of them come, and read for now."""
        self.phones = await connect(self._address, [*map(self._maker, range(len(self._tokens)))])
        await until(lambda: self._tally.welcomed == len(self.phones))

    def _maker(self, turn: int) -> Callable[[socket.socket], Hopping]:
        return partial(Hopping, self._tally, self._tokens[turn], turn)

    async def hop(self) -> None:
        """Until cancelled: everybody goes to and fro."""
        while True:
            for phone in self.phones:
                phone.hop()
            await asyncio.sleep(HOPS_EVERY_S)

    async def freeze(self) -> None:
        """Until cancelled: nobody reads, and who is cut off comes back."""
        async with asyncio.TaskGroup() as tasks:
            for turn in range(len(self.phones)):
                tasks.create_task(self._freeze_again_and_again(turn))

    async def _freeze_again_and_again(self, turn: int) -> None:
        while True:
            self.phones[turn].freeze()
            # A socket that nobody reads from does not hear of its end either.
            await asyncio.sleep(FROZEN_S)
            self.phones[turn].close()
            (self.phones[turn],) = await connect(self._address, [self._maker(turn)])
            await self.phones[turn].is_welcome.wait()

    def leave(self) -> None:
        """Hang up."""
        for phone in self.phones:
            phone.close()


class Flooding(Phone):
    """A player who sends as much as the network takes."""

    CHUNK = frame({"type": "aim", "cat": NOBODYS_CAT}) * 200

    def __init__(self, tally: Tally, token: str, sock: socket.socket) -> None:
        super().__init__(tally, token, sock)
        self._unsent = b""
        self.is_welcome = asyncio.Event()
        self.gone = False

    def flood(self) -> None:
        """Send until the network takes no more."""
        try:
            for _ in range(50):
                unsent = self._unsent or self.CHUNK
                self._unsent = unsent[self._sock.send(unsent) :]
        except OSError:
            return

    def message(self, data: bytes, start: int, end: int) -> None:
        super().message(data, start, end)
        self.is_welcome.set()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.gone = True
        self.is_welcome.set()


async def flood(address: Address, tokens: Sequence[str], tally: Tally) -> None:
    """Until cancelled: a flood from each of the players, who come back when sent away."""

    async def one(token: str) -> None:
        while True:
            (phone,) = await connect(address, [partial(Flooding, tally, token)])
            try:
                await phone.is_welcome.wait()
                while not phone.gone:
                    phone.flood()
                    await asyncio.sleep(FLOODS_EVERY_S)
            finally:
                phone.close()
            await asyncio.sleep(FLOODS_AGAIN_S)

    await _together([one(token) for token in tokens])


class Dawdling(Wire):
    """A connection that begins a request and never ends it."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(Tally(), sock)
        self.gone = False

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone = True


async def dawdle(address: Address, count: int) -> None:
    """Until cancelled: so many connections that send a byte of a request a second."""

    async def one(number: int) -> None:
        rng = Random(number)
        while True:
            (wire,) = await connect(address, [Dawdling])
            try:
                wire.send(SILENT_SAYS)
                while not wire.gone:
                    await asyncio.sleep(rng.uniform(0.5, 1.5))
                    wire.send(b"x")
            finally:
                wire.close()

    await _together([one(number) for number in range(count)])


async def _together(works: Sequence[Coroutine[Any, Any, None]]) -> None:
    async with asyncio.TaskGroup() as tasks:
        for work in works:
            tasks.create_task(work)


class Returning:
    """A player that comes, and comes back until it is welcomed, as a good client does."""

    def __init__(self, url: str, token: str, rng: Random) -> None:
        self._address = BotAddress.parse(url)
        self._token = token
        self._rng = rng
        self._retry_after_s = 0.0
        self._welcome = asyncio.Event()
        self._connection: Connection | None = None
        self.tries = 0
        self.turned_away = 0

    async def come(self) -> None:
        """Return once it is welcomed."""
        self._welcome.clear()
        while True:
            self.tries += 1
            self._retry_after_s = 0.0
            try:
                closed = await self._try()
            except UnreachableError as error:
                self._retry_after_s = error.retry_after_s
                closed = None
            if self._welcome.is_set():
                return
            assert closed is None or closed.code in (1006, 1012, 1013), closed
            self.turned_away += 1
            wait_s = self._rng.uniform(0.0, BACK_AFTER_S)
            await asyncio.sleep(self._retry_after_s or wait_s)

    async def _try(self) -> Closed | None:
        connection = await dial(self._address, Ears(self._hear), None)
        self._connection = connection
        connection.send(encode(Hello(self._token)))
        welcome = asyncio.ensure_future(self._welcome.wait())
        try:
            await asyncio.wait([welcome, connection.closed], return_when=asyncio.FIRST_COMPLETED)
        finally:
            welcome.cancel()
        return connection.closed.result() if connection.closed.done() else None

    def _hear(self, payload: bytes) -> None:
        try:
            message = decode(payload)
        except WireError as error:
            raise AssertionError(f"not of the protocol: {error}") from error
        if isinstance(message, Welcome):
            self._welcome.set()
        elif isinstance(message, Notice) and message.kind == "overloaded":
            self._retry_after_s = message.data["retry_after_ms"] / 1000.0

    def drop(self) -> None:
        """The line breaks, without a word."""
        if self._connection is not None:
            self._connection.abort()


async def all_come(players: Sequence[Returning]) -> list[float]:
    """All at once; after how many seconds each was welcomed, sorted."""
    start_s = time.perf_counter()

    async def one(player: Returning) -> float:
        await player.come()
        return time.perf_counter() - start_s

    return sorted(await asyncio.gather(*(one(player) for player in players)))


async def asking(address: Address, place: City, count: int) -> Witnesses:
    """So many players who ask, welcomed."""
    tally = Tally()
    tokens = [place.token(f"witness-{number}") for number in range(count)]
    phones = await connect(address, [partial(Asking, tally, token) for token in tokens])
    await until(lambda: tally.welcomed == count)
    return Witnesses(phones, tally)
