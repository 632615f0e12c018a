"""The load's connections: sockets that cost less per message than the server's side of them.

Messages go out by `send` on the socket itself; uvloop's transport only reads. Frames that come in
are counted by their headers; only what a latency is taken of is looked into.
"""

import asyncio
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from benchmarks.frames import HANDSHAKE, PONG, frame

CONNECTING = 100
"""Connections that are made at once."""

TYPE_AT = len(b"\x83\xa4type\xa4")
"""Where in a message from the server its type stands."""

Connection = TypeVar("Connection", bound="Wire")


class Tally:
    """What the connections of one load saw."""

    def __init__(self) -> None:
        self.messages = 0
        self.octets = 0
        self.welcomed = 0
        self.closed: list[int] = []
        """Close codes; 1006 where a connection just ended."""
        self.dropped = 0
        """Messages that could not be sent, for the socket was full."""
        self.latencies_s: list[float] = []
        self.refused: list[str] = []
        """Reasons for which an aim or a catch was not granted."""


class Wire(asyncio.Protocol):
    """One TCP connection that counts what it is sent."""

    def __init__(self, tally: Tally, sock: socket.socket) -> None:
        self.tally = tally
        self._sock = sock
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connected."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Something came back."""
        self.tally.octets += len(data)

    def send(self, octets: bytes | bytearray) -> None:
        """Send now; a full socket drops it, which counts."""
        try:
            sent = self._sock.send(octets)
        except BlockingIOError:
            self.tally.dropped += 1
            return
        except OSError:
            return  # closed by the server: connection_lost counts it
        if sent != len(octets):
            raise RuntimeError("half a message was sent: the load is no load any more")

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


class Phone(Wire):
    """A player's WebSocket: says hello, then counts the server's messages."""

    def __init__(self, tally: Tally, token: str, sock: socket.socket) -> None:
        super().__init__(tally, sock)
        self._hello = frame({"type": "hello", "token": token})
        self._rest = b""
        self._shaken = False
        self._leaving = False
        self.expected: deque[float] = deque()
        """When those fixes were due that move the view: each is answered with one `cats`."""
        self.sees = False
        """Has it been shown any cats?"""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for `/play`."""
        super().connection_made(transport)
        self.send(HANDSHAKE)

    def data_received(self, data: bytes) -> None:
        """Frames, whole or in parts."""
        self.tally.octets += len(data)
        if self._rest:
            data = self._rest + data
        if not self._shaken:
            data = self._shake(data)
        start, end = 0, len(data)
        while end - start >= 2:
            size, body = data[start + 1], start + 2
            if size == 126:
                size, body = int.from_bytes(data[start + 2 : start + 4], "big"), start + 4
            elif size == 127:
                size, body = int.from_bytes(data[start + 2 : start + 10], "big"), start + 10
            if body + size > end:
                break
            if data[start] == 0x82:
                self.tally.messages += 1
                self.message(data, body, body + size)
            else:
                self._control(data[start], data[body : body + size])
            start = body + size
        self._rest = data[start:]

    def message(self, data: bytes, start: int, end: int) -> None:
        """One message from the server."""
        if data.startswith(b"cats", start + TYPE_AT):
            self.sees = True
            if self.expected:
                self.tally.latencies_s.append(time.perf_counter() - self.expected.popleft())
        elif data.startswith(b"welcome", start + TYPE_AT):
            self.tally.welcomed += 1

    def connection_lost(self, exc: Exception | None) -> None:
        """Gone."""
        if not self._leaving:
            self.tally.closed.append(1006)

    def close(self) -> None:
        """Hang up."""
        self._leaving = True
        super().close()

    def _shake(self, data: bytes) -> bytes:
        head, blank, rest = data.partition(b"\r\n\r\n")
        if not blank:
            return data
        if not head.startswith(b"HTTP/1.1 101 "):
            raise RuntimeError(f"no handshake: {head[:80]!r}")
        self._shaken = True
        self.send(self._hello)
        return rest

    def _control(self, opcode: int, payload: bytes) -> None:
        if opcode == 0x89:
            self.send(PONG)
        elif opcode == 0x88:
            self._leaving = True
            self.tally.closed.append(int.from_bytes(payload[:2], "big"))


class Address(Protocol):
    """Where to connect to."""

    host: str
    port: int


async def connect(
    address: Address, makers: Sequence[Callable[[socket.socket], Connection]]
) -> list[Connection]:
    """A connection for each maker, CONNECTING at a time."""
    loop = asyncio.get_running_loop()
    made: list[Connection] = []
    for start in range(0, len(makers), CONNECTING):
        for make in makers[start : start + CONNECTING]:
            sock = socket.create_connection((address.host, address.port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setblocking(False)
            wire = make(sock)
            await loop.create_connection(lambda wire=wire: wire, sock=sock)  # type: ignore[misc]
            made.append(wire)
        await asyncio.sleep(0.01)
    return made
