"""One port for two protocols: reads a request's head and hands the connection to whom it is for.

`GET /play` goes to the WebSocket shell, everything else to the HTTP application. The one who gets
the connection sees every byte of it, as if it had been there from the start. A connection that the
HTTP application has may ask for `/play` later (proxies and browsers keep connections):
`reused_connections` hands it over then.
"""

import asyncio
import socket
from collections.abc import Callable, Iterable
from typing import Any, cast

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from gameserver.gateway.socket import PlaySocket

HEAD_WITHIN_S = 10.0
"""A request's head must be there this long after the connection, or the line is cut."""

HEAD_MAX = 16 * 1024
"""A head that is longer is left to the HTTP application, which refuses it."""

WAITING_MOST = 8192
"""So many connections may be without a head: twice what the kernel holds for us to accept."""

IDLE_HTTP_S = 75.0
"""HTTP connections are kept this long between requests, and no head may take longer. Proxies keep
theirs for 60 s."""

DOORS = 16
"""uvloop takes one connection per turn of the loop from a listening socket. In a busy process,
whose turns are long, newcomers would wait for seconds only to be asked to come back."""

OVERLOADED_DOORS = 64
"""... and so many from an overload on, until the process is calm, where a turn may last a quarter
of a second. Who is not taken in time has given up, and is served in vain; a scrape of the metrics
stands in that line, too. As long as all newcomers are let in there are fewer: each is work that
comes before the load is seen to grow, and wakes every door, 3 us each."""

UNSENT_IN_KERNEL = 16 * 1024
"""Of what a phone has not taken yet the kernel keeps no more; it would keep megabytes, and a slow
reader would be noticed late and read old news first."""

_PLAY = (b"GET /play ", b"GET /play?")
_HEAD_ENDS = b"\r\n\r\n"


class Hall:
    """The connections whose heads are not there yet.

    Where there are too many, the one that has said nothing for longest has to go: who has a request
    says it at once, so slow and silent ones keep nobody out.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: dict[Doorman, None] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def enter(self, doorman: "Doorman") -> None:
        """A new connection."""
        if len(self._waiting) >= self._most:
            next(iter(self._waiting)).show_out()
        self._waiting[doorman] = None

    def leave(self, doorman: "Doorman") -> None:
        """It has its head, or is gone. Safe to call twice."""
        self._waiting.pop(doorman, None)


class Doorman(asyncio.Protocol):
    """Holds a connection until the head of its request is there, for at most HEAD_WITHIN_S."""

    __slots__ = ("_deadline", "_hall", "_loop", "_play", "_seen", "_transport", "_web")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        hall: Hall,
        play: Callable[[], PlaySocket],
        web: Callable[[], asyncio.Protocol],
    ) -> None:
        self._loop = loop
        self._hall = hall
        self._play = play
        self._web = web
        self._seen = bytearray()
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A new connection."""
        transport = cast(asyncio.Transport, transport)  # uvloop's own class is no subclass
        self._transport = transport
        self._deadline = self._loop.call_later(HEAD_WITHIN_S, self.show_out)
        self._hall.enter(self)

    def data_received(self, data: bytes) -> None:
        """Bytes of the head, and perhaps of what follows it."""
        begin = max(0, len(self._seen) - len(_HEAD_ENDS) + 1)
        self._seen += data
        is_whole = self._seen.find(_HEAD_ENDS, begin) >= 0
        if is_whole or len(self._seen) > HEAD_MAX or not self._seen[:1].isalpha():
            self._hand_over(self._play if self._seen.startswith(_PLAY) else self._web)

    def connection_lost(self, exc: Exception | None) -> None:
        """Gone before it said what it wanted."""
        self._leave()

    def show_out(self) -> None:
        """Cut the line."""
        self._leave()
        if self._transport is not None:
            self._transport.abort()

    def _leave(self) -> None:
        self._hall.leave(self)
        if self._deadline is not None:
            self._deadline.cancel()

    def _hand_over(self, make: Callable[[], asyncio.Protocol]) -> None:
        assert self._transport is not None
        self._leave()
        protocol = make()
        self._transport.set_protocol(protocol)
        protocol.connection_made(self._transport)
        protocol.data_received(bytes(self._seen))


class Doors:
    """More servers on the listening sockets of one, each of which takes a connection per turn."""

    def __init__(
        self, server: asyncio.Server, make: Callable[[], asyncio.Protocol], backlog: int
    ) -> None:
        self._first = server
        self._make = make
        self._backlog = backlog
        self._more: list[list[asyncio.Server]] = []

    def __len__(self) -> int:
        return 1 + len(self._more)

    async def open(self, wanted: int) -> None:
        """Let there be so many doors, at least one."""
        while len(self) > wanted > 0:
            _close(self._more.pop())
        while len(self) < wanted:
            self._more.append([])
            for listener in self._first.sockets:
                await self._open_beside(listener)

    def close(self) -> None:
        """Take no more connections."""
        for servers in [[self._first], *self._more]:
            _close(servers)

    async def _open_beside(self, listener: Any) -> None:
        again = socket.fromfd(listener.fileno(), listener.family, listener.type)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._make, sock=again, backlog=self._backlog)
        self._more[-1].append(server)


def _close(servers: Iterable[asyncio.Server]) -> None:
    for server in servers:
        server.close()


def hear_of_slow_readers(listeners: Iterable[Any]) -> None:
    """Have the kernel keep little for readers of connections that these sockets will accept."""
    for listener in listeners:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_IN_KERNEL)


def reused_connections(make_socket: Callable[[], PlaySocket]) -> Middleware:
    """Gives a WebSocket handshake that comes on a kept HTTP connection to the WebSocket shell."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        transport = request.transport
        asks = request.method == hdrs.METH_GET and request.path == "/play"
        if transport is None or not asks or hdrs.UPGRADE not in request.headers:
            return await handler(request)
        play = make_socket()
        transport.set_protocol(play)
        play.connection_made(transport)
        play.data_received(_head(request))
        await play.wait_lost()
        # The transport told the socket of its end; aiohttp's side of it has to hear it, too.
        request.protocol.connection_lost(None)
        return web.Response()

    return middleware


def _head(request: web.Request) -> bytes:
    lines = [b"GET " + request.raw_path.encode() + b" HTTP/1.1"]
    lines += [name + b": " + value for name, value in request.raw_headers]
    return b"\r\n".join([*lines, b"", b""])
