"""One WebSocket of one bot: websockets' sans-I/O protocol on an asyncio.Protocol.

No task and no queue per connection: messages are handed to a callback as they arrive, and what was
sent during one turn of the loop leaves in one write.

The library does the handshake, closes, pings, fragments and everything that breaks the protocol.
Whole binary messages, which are nearly all that passes, go around it: reading one is two bytes to
look at, writing one a head to put in front.
"""

import asyncio
import ssl
from collections.abc import Callable
from typing import cast

import msgspec
from websockets.client import ClientProtocol
from websockets.datastructures import MultipleValuesError
from websockets.exceptions import InvalidStatus
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import CONNECTING, OPEN
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from catbot.address import Address
from catbot.wire import SUBPROTOCOL

_MAX_MESSAGE_BYTES = 1 << 20
# A phone that cannot get its fixes out for this long throws them away instead of piling them up.
_MAX_UNSENT_BYTES = 64 * 1024
_HANDSHAKE_S = 10.0
_GOODBYE_S = 5.0

_FIN_BINARY = 0x80 | Opcode.BINARY
_FIN_PING = 0x80 | Opcode.PING
_FIN_PONG = 0x80 | Opcode.PONG
_NO_KIND = -1
_END_OF_HEAD = b"\r\n\r\n"

# Clients must mask what they send, so that a hostile page cannot make a browser speak to proxies
# in bytes of its choice (RFC 6455, 10.3). Nobody chooses a bot's bytes but the bot: a key of zeros
# is valid, and leaves the payload as it is. The server's work of unmasking is the same.
_KEY = bytes(4)
_SHORT_HEADS = tuple(bytes((_FIN_BINARY, 0x80 | size)) + _KEY for size in range(126))


class UnreachableError(Exception):
    """No WebSocket came of the attempt: `reason` is short and countable."""

    def __init__(self, reason: str, retry_after_s: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_s = retry_after_s


class Closed(msgspec.Struct, frozen=True):
    """How a connection ended. `violation` says what the server broke, if it broke anything."""

    code: int
    reason: str
    by_us: bool
    violation: str | None = None


class Ears(msgspec.Struct, frozen=True):
    """Who is told: `message` of the payload of every binary message, `pong` of every pong's."""

    message: Callable[[bytes], None]
    pong: Callable[[bytes], None] = lambda _: None


class Connection(asyncio.Protocol):
    """A WebSocket that tells `ears` what it hears."""

    __slots__ = (
        "_broken",
        "_choked",
        "_closed",
        "_ears",
        "_flushing",
        "_fragments",
        "_goodbye",
        "_head_tail",
        "_is_open",
        "_library_spoke",
        "_loop",
        "_opened",
        "_protocol",
        "_transport",
        "_unread",
        "_unsent",
        "_violation",
    )

    def __init__(self, address: Address, ears: Ears) -> None:
        self._loop = asyncio.get_running_loop()
        self._ears = ears
        self._protocol = ClientProtocol(
            parse_uri(address.play),
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            max_size=_MAX_MESSAGE_BYTES,
        )
        self._transport: asyncio.Transport | None = None
        self._opened: asyncio.Future[None] = self._loop.create_future()
        self._closed: asyncio.Future[Closed] = self._loop.create_future()
        self._unsent: list[bytes] = []
        self._flushing = False
        self._choked = False
        self._is_open = False  # as the library says, without asking it for every message
        self._library_spoke = False
        self._head_tail = b""
        self._unread = b""
        self._fragments: list[bytes] = []
        self._broken = False
        self._violation: str | None = None
        self._goodbye: asyncio.TimerHandle | None = None

    @property
    def opened(self) -> asyncio.Future[None]:
        """Done once the handshake is; fails with UnreachableError."""
        return self._opened

    @property
    def closed(self) -> asyncio.Future[Closed]:
        """Done once the connection is gone."""
        return self._closed

    def send(self, payload: bytes) -> bool:
        """Send one binary message with this turn's write.

        False, and nothing is sent, where the connection is not open or the network is so far
        behind that the message would only pile up.
        """
        if self._choked or not self._is_open:
            return False
        size = len(payload)
        if size < 126:
            self._unsent.append(_SHORT_HEADS[size] + payload)
        else:
            head = bytes((_FIN_BINARY, 0x80 | 127)) + size.to_bytes(8, "big")
            if size < 1 << 16:
                head = bytes((_FIN_BINARY, 0x80 | 126)) + size.to_bytes(2, "big")
            self._unsent.append(head + _KEY + payload)
        if not self._flushing:
            self._flushing = True
            self._loop.call_soon(self.flush)
        return True

    def gather(self) -> None:
        """Write nothing before `flush`, which spares the loop a call."""
        self._flushing = True

    def flush(self) -> None:
        """Write what was sent by now."""
        self._flushing = False
        if self._unsent or self._library_spoke:
            self._write()

    def ping(self, payload: bytes) -> bool:
        """Send a ping, whose pong brings back the payload (at most 125 bytes); or as `send`."""
        if self._choked or not self._is_open:
            return False
        self._unsent.append(bytes((_FIN_PING, 0x80 | len(payload))) + _KEY + payload)
        self._flush_soon()
        return True

    def close(self, code: int = CloseCode.NORMAL_CLOSURE) -> None:
        """Say goodbye; `closed` is done within five seconds, whatever the server does."""
        if self._protocol.state is OPEN:
            self._protocol.send_close(code)
            self._library_acted()
            self._goodbye = self._loop.call_later(_GOODBYE_S, self.abort)
            self._flush_soon()
        elif self._protocol.state is CONNECTING:
            self.abort()

    def abort(self) -> None:
        """Drop the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def forsake(self) -> None:
        """Nobody waits for the handshake any more."""
        self._opened.cancel()
        self.abort()

    def breach(self, violation: str) -> None:
        """The server broke the contract: note how and hang up."""
        self._violation = self._violation or violation
        self.close(CloseCode.INVALID_DATA)

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=_MAX_UNSENT_BYTES)
        self._protocol.send_request(self._protocol.connect())
        self._library_acted()
        self.flush()

    def data_received(self, data: bytes) -> None:
        if self._protocol.state is CONNECTING:
            data = self._read_head(data)
        if data:
            self._read_frames(data)

    def pause_writing(self) -> None:
        self._choked = True

    def resume_writing(self) -> None:
        self._choked = False

    def connection_lost(self, exc: Exception | None) -> None:
        if self._goodbye is not None:
            self._goodbye.cancel()
        self._protocol.receive_eof()
        self._is_open = False
        if not self._opened.done():
            self._opened.set_exception(_why_no_handshake(self._protocol.handshake_exc))
        if not self._closed.done():
            self._closed.set_result(self._ending())

    # reading

    def _read_head(self, data: bytes) -> bytes:
        """Let the library have the handshake, and say what came behind it."""
        seen = self._head_tail + data
        end = seen.find(_END_OF_HEAD)
        behind = b"" if end < 0 else seen[end + len(_END_OF_HEAD) :]
        self._head_tail = seen[-len(_END_OF_HEAD) + 1 :]
        self._ask_library(data[: len(data) - len(behind)])
        if behind and self._protocol.state is not OPEN:  # the body of a refusal
            self._ask_library(behind)
            return b""
        return behind

    def _read_frames(self, data: bytes) -> None:
        """Hear whole binary messages and pongs; the library has all other frames, each whole."""
        if self._unread:
            data = self._unread + data
        at, end = 0, len(data)
        while not self._broken and (frame := _frame(data, at)) is not None:
            kind, start, stop = frame
            if kind == _FIN_BINARY and not self._fragments:
                if self._violation is None:
                    self._ears.message(data[start:stop])
            elif kind == _FIN_PONG:
                self._ears.pong(data[start:stop])
            else:
                self._ask_library(data[at:stop])
            at = stop
        if self._broken:
            self._ask_library(data[at:])
            at = end
        self._unread = data[at:]

    def _ask_library(self, data: bytes) -> None:
        protocol = self._protocol
        protocol.receive_data(data)
        self._library_acted()
        for event in protocol.events_received():
            if isinstance(event, Response):
                self._on_response()
            elif isinstance(event, Frame):
                self._on_frame(event)
        if protocol.handshake_exc is not None:
            self.abort()
        elif protocol.close_expected() and self._goodbye is None:
            self._goodbye = self._loop.call_later(_GOODBYE_S, self.abort)
        # From here on there is no telling where a frame begins.
        self._broken = protocol.parser_exc is not None
        self.flush()

    def _on_response(self) -> None:
        if self._protocol.handshake_exc is not None or self._opened.done():
            return
        if self._protocol.subprotocol != SUBPROTOCOL:
            self._opened.set_exception(UnreachableError("wrong_subprotocol"))
            self.abort()
        else:
            self._opened.set_result(None)

    def _on_frame(self, frame: Frame) -> None:
        if self._violation is not None:
            return
        if frame.opcode is Opcode.TEXT:
            self.breach("a text frame on a binary subprotocol")
        elif frame.opcode in (Opcode.BINARY, Opcode.CONT):
            self._fragments.append(bytes(frame.data))
            if frame.fin:
                payload = b"".join(self._fragments)
                self._fragments.clear()
                self._ears.message(payload)

    # writing

    def _flush_soon(self) -> None:
        if not self._flushing:
            self._flushing = True
            self._loop.call_soon(self.flush)

    def _library_acted(self) -> None:
        self._is_open = self._protocol.state is OPEN
        self._library_spoke = True

    def _write(self) -> None:
        writes = self._unsent
        if self._library_spoke:
            # Its own come last: behind its close frame nothing may follow.
            writes = writes + self._protocol.data_to_send()
            self._library_spoke = False
        if not writes or self._transport is None or self._transport.is_closing():
            return
        self._unsent = []
        # An empty write is the protocol's word for "end the stream here".
        ends = not writes[-1]
        self._transport.write(writes[0] if len(writes) == 1 else b"".join(writes))
        if ends:
            self._transport.close()

    def _ending(self) -> Closed:
        protocol = self._protocol
        received, sent = protocol.close_rcvd, protocol.close_sent
        by_us = sent is not None and not protocol.close_rcvd_then_sent
        violation = self._violation
        if violation is None and by_us and protocol.parser_exc is not None:
            violation = str(protocol.parser_exc)
        if by_us and sent is not None:
            return Closed(sent.code, sent.reason, by_us=True, violation=violation)
        if received is not None:
            return Closed(received.code, received.reason, by_us=False, violation=violation)
        return Closed(CloseCode.ABNORMAL_CLOSURE, "", by_us=False, violation=violation)


async def dial(address: Address, ears: Ears, tls: ssl.SSLContext | None) -> Connection:
    """Open a WebSocket within ten seconds; `tls` is needed for a wss address.

    Raises UnreachableError, also where the server answers with another status than 101.
    """
    connection = Connection(address, ears)
    try:
        async with asyncio.timeout(_HANDSHAKE_S):
            await asyncio.get_running_loop().create_connection(
                lambda: connection, address.host, address.port, ssl=tls
            )
            await connection.opened
    except TimeoutError:
        connection.forsake()
        raise UnreachableError("timeout") from None
    except OSError as error:
        raise UnreachableError(type(error).__name__) from error
    except asyncio.CancelledError:
        connection.forsake()
        raise
    return connection


def _frame(data: bytes, at: int) -> tuple[int, int, int] | None:
    """The first byte of the frame at `at`, and where its payload begins and ends; None where it is
    not all there yet.

    A frame that no server may send (masked, too big) is one of no kind that takes all the rest: the
    library refuses it by its head.
    """
    end = len(data)
    if end - at < 2:
        return None
    size, start = data[at + 1], at + 2
    if size > 125:
        start = at + {126: 4, 127: 10}.get(size, 2)
        if end < start:
            return None
        size = int.from_bytes(data[at + 2 : start], "big")
        if start == at + 2 or size > _MAX_MESSAGE_BYTES or data[at] & 0x08:
            return _NO_KIND, start, end
    return None if end < start + size else (data[at], start, start + size)


def _why_no_handshake(failure: Exception | None) -> UnreachableError:
    if not isinstance(failure, InvalidStatus):
        return UnreachableError(type(failure).__name__ if failure else "hung_up")
    status = failure.response.status_code
    try:
        retry_after_s = float(failure.response.headers.get("Retry-After", 0))
    except (ValueError, MultipleValuesError):  # it may also be a date
        retry_after_s = 0.0
    return UnreachableError(f"http_{status}", retry_after_s)
