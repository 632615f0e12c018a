"""A gateway whose sockets say back what they hear: the socket class of players, without a game.

What is different from a player's socket is only what a conformance suite needs: messages of both
kinds and of any size that it sends.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from websockets.typing import Origin

from gameserver.codecs import JSON, MSGPACK, Codec
from gameserver.gateway.house import Line, Listener, Wire
from gameserver.gateway.socket import PlaySocket

MESSAGE_MAX = 16 * 1024 * 1024


class EchoSession:
    """Sends every message back."""

    def __init__(self, line: Line) -> None:
        self.player: str | None = "echo"
        self._line = line
        self.closed = False

    def receive(self, payload: bytes) -> None:
        """One whole message."""
        if not self.closed:
            self._line.send(payload)

    def receive_no_message(self) -> None:
        """A frame without a whole message: the suite may send as many as it likes."""

    def fall_behind(self) -> None:
        """The suite is slow to read: what it is told waits."""

    def catch_up(self) -> None:
        """It reads again."""

    def fail(self, code: str, message: str) -> None:
        """What is wrong is the suite's to find out."""
        self.close(1002, code)

    def close(self, code: int, reason: str = "") -> None:
        """Nothing more is said."""
        self.end()
        self._line.close(code, reason)

    def end(self) -> None:
        """The socket is gone or going."""
        self.closed = True


class EchoHouse:
    """Lets everybody in."""

    origins: list[Origin | None] | None = None

    def __init__(self) -> None:
        self.sockets: set[Wire] = set()

    def make_session(self, line: Line, codec: Codec) -> Listener:
        """A session for a socket whose handshake is done."""
        return EchoSession(line)

    def refuses(self, address: str) -> tuple[int, str] | None:
        """None: nobody is refused."""

    def turns_away(self, socket: Wire) -> int | None:
        """None: there is room."""

    def opened(self, socket: Wire) -> None:
        """A socket has its session."""
        self.sockets.add(socket)

    def closed(self, socket: Wire, code: int | None) -> None:
        """A socket is gone."""
        self.sockets.discard(socket)


class EchoSocket(PlaySocket):
    """A player's socket that takes both kinds of messages and answers in the same kind."""

    def __init__(self, house: EchoHouse, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(house, loop)
        self._core.max_message_size = MESSAGE_MAX

    def _message(self, payload: bytes, text: bool) -> None:
        self._codec = JSON if text else MSGPACK
        self._opening = 0x81 if text else 0x82
        assert self.session is not None
        self._receive = self._receive_text if text else self.session.receive
        super()._message(payload, text)


@asynccontextmanager
async def echoing(
    listener: socket.socket, kind: type[PlaySocket] = PlaySocket
) -> AsyncIterator[None]:
    """Serve on a listening socket."""
    loop = asyncio.get_running_loop()
    house = EchoHouse()
    server = await loop.create_server(lambda: kind(house, loop), sock=listener)
    try:
        yield
    finally:
        server.close()
        for connection in list(house.sockets):
            connection.abort()
        await server.wait_closed()
