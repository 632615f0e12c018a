"""One port for two protocols: reads a connection's first line and hands it to whom it is for.

`GET /play` goes to the WebSocket shell, everything else to the HTTP application. The one who gets
the connection sees every byte of it, as if it had been there from the start. A connection that the
HTTP application has may ask for `/play` later (proxies and browsers keep connections):
`reused_connections` hands it over then.
"""

import asyncio
from collections.abc import Callable
from typing import cast

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from gameserver.gateway.socket import PlaySocket

FIRST_LINE_WITHIN_S = 10.0
_PLAY = (b"GET /play ", b"GET /play?")


class Doorman(asyncio.Protocol):
    """Holds a connection until its first line is there, for at most FIRST_LINE_WITHIN_S."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        play: Callable[[], PlaySocket],
        web: Callable[[], asyncio.Protocol],
    ) -> None:
        self._loop = loop
        self._play = play
        self._web = web
        self._seen = b""
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A new connection."""
        transport = cast(asyncio.Transport, transport)  # uvloop's own class is no subclass
        self._transport = transport
        self._deadline = self._loop.call_later(FIRST_LINE_WITHIN_S, transport.abort)

    def data_received(self, data: bytes) -> None:
        """Bytes of the first line."""
        self._seen += data
        if len(self._seen) < len(_PLAY[0]) and b"\n" not in self._seen:
            return
        self._hand_over(self._play if self._seen.startswith(_PLAY) else self._web)

    def connection_lost(self, exc: Exception | None) -> None:
        """Gone before it said what it wanted."""
        if self._deadline is not None:
            self._deadline.cancel()

    def _hand_over(self, make: Callable[[], asyncio.Protocol]) -> None:
        assert self._deadline is not None
        assert self._transport is not None
        self._deadline.cancel()
        protocol = make()
        self._transport.set_protocol(protocol)
        protocol.connection_made(self._transport)
        protocol.data_received(self._seen)
        self._seen = b""


def reused_connections(make_socket: Callable[[], PlaySocket]) -> Middleware:
    """Gives a WebSocket handshake that comes on a kept HTTP connection to the WebSocket shell."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        transport = request.transport
        asks = request.method == hdrs.METH_GET and request.path == "/play"
        if transport is None or not asks or hdrs.UPGRADE not in request.headers:
            return await handler(request)
        socket = make_socket()
        transport.set_protocol(socket)
        socket.connection_made(transport)
        socket.data_received(_head(request))
        await socket.wait_lost()
        # The transport told the socket of its end; aiohttp's side of it has to hear it, too.
        request.protocol.connection_lost(None)
        return web.Response()

    return middleware


def _head(request: web.Request) -> bytes:
    lines = [b"GET " + request.raw_path.encode() + b" HTTP/1.1"]
    lines += [name + b": " + value for name, value in request.raw_headers]
    return b"\r\n".join([*lines, b"", b""])
