"""One port for two protocols: reads a connection's first line and hands it to whom it is for.

`GET /play` goes to the WebSocket shell, everything else to the HTTP application. The one who gets
the connection sees every byte of it, as if it had been there from the start.
"""

import asyncio
from collections.abc import Callable
from typing import cast

FIRST_LINE_MAX = 8192
FIRST_LINE_WITHIN_S = 10.0
_PLAY = (b"GET /play ", b"GET /play?")


class Doorman(asyncio.Protocol):
    """Holds a connection until its first line is there, for at most FIRST_LINE_WITHIN_S."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        play: Callable[[], asyncio.Protocol],
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
