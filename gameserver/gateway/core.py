"""The sans-I/O core of a player's socket: `websockets`' own, with what this server adds to it."""

from collections.abc import Generator, Sequence
from typing import Any

from websockets.exceptions import NegotiationError
from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol
from websockets.server import ServerProtocol
from websockets.streams import StreamReader
from websockets.typing import Subprotocol

from gameserver.codecs import JSON, MSGPACK

SUBPROTOCOLS = [Subprotocol(MSGPACK.subprotocol), Subprotocol(JSON.subprotocol)]


class Reader(StreamReader):
    """The core's bytes. The core asks for their end between two frames, and only there."""

    between_frames = False

    def at_eof(self) -> Generator[None, None, bool]:
        """Whether there is nothing more to come; see the base class."""
        self.between_frames = True
        ended = yield from super().at_eof()
        self.between_frames = False
        return ended


class Core(ServerProtocol):
    """The protocol as players speak it, and what a socket that goes past it has to know.

    Other than its base it lets a client close between the parts of a message.
    """

    reader: Reader

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.reader = Reader()
        self.parser = self.parse()  # the one that was begun reads from the reader before
        next(self.parser)

    def select_subprotocol(self, subprotocols: Sequence[Subprotocol]) -> Subprotocol | None:
        """The first that we speak in the client's order; none offered means JSON.

        NegotiationError, which answers 400, where the client offers only what we don't speak.
        """
        for subprotocol in subprotocols:
            if subprotocol in SUBPROTOCOLS:
                return subprotocol
        if subprotocols:
            raise NegotiationError("speaks " + ", ".join(SUBPROTOCOLS))
        return None

    @property
    def between_messages(self) -> bool:
        """Whether the next byte begins a message: no frame and no message has come in part."""
        return self.reader.between_frames and self.current_size is None

    def forget_request(self) -> None:
        """Let go of the handshake, which the parser would keep for as long as the socket lives."""
        if self.reader.between_frames:
            self.parser = Protocol.parse(self)
            next(self.parser)

    def recv_frame(self, frame: Frame) -> None:
        """Take a frame in."""
        if frame.opcode is Opcode.CLOSE:
            # A control frame may stand between parts (RFC 6455, 5.4); it is no error of the client.
            self.current_size = None
        super().recv_frame(frame)
