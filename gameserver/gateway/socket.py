"""A player's socket: `websockets`' sans-I/O core on an asyncio.Protocol.

The core knows the protocol and does no I/O; this shell moves bytes: one write per turn of the
loop, and limits on what a phone may leave unread. A small whole message, which nearly every packet
is, goes past the core (`gateway.frames`) wherever the core stands between two frames.
"""

import asyncio
from collections.abc import Callable
from typing import cast

from websockets.frames import CTRL_OPCODES, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State

from gameserver.codecs import CODECS, JSON, Codec
from gameserver.gateway.core import SUBPROTOCOLS, Core
from gameserver.gateway.frames import (
    HEAD,
    MASKED,
    SMALL,
    frame_head,
    opening_of,
    unmask,
    whole_payloads,
)
from gameserver.gateway.house import House, Listener
from gameserver.gateway.intake import BITE, Intake
from gameserver.protocol import (
    HELLO_WITHIN_S,
    MESSAGE_MAX,
    Close,
    Notice,
)

UNREAD_MAX = 64 * 1024
"""A phone that leaves more than this unread is slow."""

UNREAD_WITHIN_S = 2.0
"""A slow phone has this long to catch up before the socket closes, 4101."""

UNREAD_CUT = 4 * 1024 * 1024
"""Nobody may leave more than this unread, however briefly: a first view can be large."""

CLOSE_WITHIN_S = 5.0
"""A phone has this long to answer a close frame."""

FLOODER_WITHIN_S = 2.0
"""A flooder has this long to read its close frame, unheard; then the line is cut."""

OVERLOADED_TEXT = "Too many players right now: please come back in a moment."

IDLE_PING_S = 20.0
IDLE_CUT_S = 60.0


class PlaySocket(asyncio.Protocol):
    """One WebSocket connection on `/play`."""

    __slots__ = (
        "_codec",
        "_core",
        "_deadline",
        "_ending",
        "_flush_soon",
        "_house",
        "_intake",
        "_loop",
        "_lost",
        "_opening",
        "_out",
        "_parts",
        "_receive",
        "_slow",
        "_transport",
        "_whole_opening",
        "address",
        "heard",
        "heard_s",
        "session",
    )

    def __init__(self, house: House, loop: asyncio.AbstractEventLoop) -> None:
        self._house = house
        self._loop = loop
        self._core = Core(
            origins=house.origins,
            subprotocols=SUBPROTOCOLS,
            max_size=MESSAGE_MAX,
        )
        self._codec: Codec = JSON
        self._opening = opening_of(JSON.text)
        self._whole_opening = _NONE
        """What a small whole message begins with that need not go through the core: once `hello`
        is said, and where the core is in the middle of nothing."""
        self._out: list[bytes] = []
        """What leaves at the end of this turn. Empty at its end: the phone hears no more."""
        self._receive: Callable[[bytes], None] = _hear_nothing
        """Takes in a whole message, once there is a session."""
        self._transport: asyncio.Transport | None = None
        self._intake: Intake | None = None
        """Reads from the transport, as long as that is there."""
        self._deadline: asyncio.TimerHandle | None = None
        self._ending = False
        self._slow: asyncio.TimerHandle | None = None
        self._flush_soon = False
        self._lost: asyncio.Event | None = None
        self._parts: list[Frame] | None = None
        self.address = ""
        self.heard = True
        """Has anything come since the gateway last looked?"""
        self.heard_s = 0.0
        """When the gateway last saw that something had come, on the loop's clock."""
        self.session: Listener | None = None

    # --- the transport's side ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the doorman with a connection whose request asks for `/play`."""
        transport = cast(asyncio.Transport, transport)  # uvloop's own class is no subclass
        self._transport = transport
        self._intake = Intake(self._loop, transport, self._take)
        peer = transport.get_extra_info("peername")
        self.address = peer[0] if isinstance(peer, tuple) else "local"
        transport.set_write_buffer_limits(high=UNREAD_MAX)
        self._deadline = self._loop.call_later(HELLO_WITHIN_S, self._no_hello)

    def data_received(self, data: bytes) -> None:
        """Bytes from the phone."""
        size = len(data) - HEAD
        if data[0] == self._whole_opening and 0 <= size <= SMALL and data[1] == MASKED | size:
            # What `whole_payloads` would say as well, of nearly every packet.
            self.heard = True
            receive = self._receive
            receive(unmask(data[HEAD:], data[2:HEAD]))
        elif len(data) <= BITE or self._intake is None:
            self._take(data)
        elif not self._ending:
            self._intake.take(data)

    def _take(self, data: bytes) -> None:
        """Bytes of any kind, of which there are not too many."""
        self.heard = True
        if data[0] == self._whole_opening:
            payloads, data = whole_payloads(data, self._whole_opening)
            for payload in payloads:
                self._receive(payload)
            if not data:
                return
        core = self._core
        core.receive_data(data)
        for event in core.events_received():
            if isinstance(event, Frame):
                self._frame(event)
            elif isinstance(event, Request):
                self._handshake(event)
        self._flush()
        may_pass = self._deadline is None and core.between_messages
        self._whole_opening = self._opening if may_pass else _NONE

    def eof_received(self) -> None:
        """The phone sends no more."""
        self._core.receive_eof()
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        for timer in (self._deadline, self._slow):
            if timer is not None:
                timer.cancel()
        self._transport = None
        if self._intake is not None:
            self._intake.end()
            self._intake = None  # which has this to chew for it
        if self._lost is not None:
            self._lost.set()
        self._core.receive_eof()  # only then does the core say what it was closed with
        self._core.parser.close()  # it and the core hold each other
        if self.session is not None:
            self.session.end()
        sent = self._core.close_sent  # also of those who did not wait to answer it
        self._house.closed(self, self._core.close_code if sent is None else sent.code)
        self.session = None  # which has this as its line
        self._receive = _hear_nothing

    async def wait_lost(self) -> None:
        """Return once the connection is gone."""
        if self._transport is not None:
            self._lost = asyncio.Event()
            await self._lost.wait()

    def pause_writing(self) -> None:
        """The phone has left UNREAD_MAX bytes unread."""
        self._slow = self._loop.call_later(UNREAD_WITHIN_S, self._too_slow)
        if self.session is not None:
            self.session.fall_behind()

    def resume_writing(self) -> None:
        """The phone caught up."""
        if self._slow is not None:
            self._slow.cancel()
            self._slow = None
        if self.session is not None:
            self.session.catch_up()

    # --- the session's side ---

    def send(self, payload: bytes) -> None:
        """Queue one message; it leaves with the others of this turn."""
        if self._core.state is not State.OPEN:
            return
        if self._core.writes:
            self._take_from_core()  # a pong goes before the answer to what came after its ping
        self._out.append(frame_head(self._opening, len(payload)))
        if payload:  # nothing stands for the end of the stream
            self._out.append(payload)
        self._schedule()

    def close(self, code: int, reason: str = "") -> None:
        """Send what is queued and a close frame; cut the line if the phone does not answer."""
        if self._core.state is State.OPEN:
            self._core.send_close(code, reason)
            self._take_from_core()
            self._schedule()
            if code == Close.TOO_MANY:
                self.rest(CLOSE_WITHIN_S)
                self._end_within(FLOODER_WITHIN_S)
            else:
                self._end_within(CLOSE_WITHIN_S)

    def rest(self, for_s: float) -> None:
        """Read nothing from the phone for this long: what it sends waits on its side."""
        if self._intake is not None:
            self._intake.rest(for_s)

    def call_when_written(self, go_on: Callable[[], None]) -> None:
        """Call in a turn of the loop after the one that writes what is queued."""
        self._schedule()
        self._loop.call_soon(go_on)

    def ping(self) -> None:
        """Ask whether the phone is still there."""
        if self._core.state is State.OPEN:
            self._core.send_ping(b"")
            self._flush()

    def abort(self) -> None:
        """Cut the line now."""
        if self._transport is not None:
            self._transport.abort()

    # --- inside ---

    def _handshake(self, request: Request) -> None:
        if self._core.eof_sent:
            return  # what followed at once, without waiting for the answer, has ended it already
        refusal = self._house.refuses(self.address)
        if refusal is not None:
            status, text = refusal
            response = self._core.reject(status, text)
            response.headers["Retry-After"] = "2"
            self._core.send_response(response)
            return
        response = self._core.accept(request)
        self._core.send_response(response)
        self._take_from_core()
        if self._core.state is State.OPEN:
            self._core.forget_request()
            self._codec = CODECS[self._core.subprotocol]
            self._opening = opening_of(self._codec.text)
            retry_after_ms = self._house.turns_away(self)
            if retry_after_ms is not None:
                self._turn_away(retry_after_ms)
                return
            self.session = session = self._house.make_session(self, self._codec)
            self._receive = self._receive_text if self._codec.text else session.receive
            self._house.opened(self)

    def _turn_away(self, retry_after_ms: int) -> None:
        """Pages hear nothing of an HTTP status; of a message and a close code they do."""
        data = {"retry_after_ms": retry_after_ms}
        self.send(self._codec.encode(Notice("overloaded", OVERLOADED_TEXT, data)))
        self.close(Close.OVERLOADED, "overloaded")

    def _frame(self, frame: Frame) -> None:
        if self.session is not None and (frame.opcode in CTRL_OPCODES or not frame.fin):
            self.session.receive_no_message()
        match frame.opcode:
            case Opcode.TEXT | Opcode.BINARY:
                text = frame.opcode is Opcode.TEXT
                if frame.fin:
                    self._message(bytes(frame.data), text)
                else:
                    self._parts = [frame]
            case Opcode.CONT:
                assert self._parts is not None
                self._parts.append(frame)
                if frame.fin:
                    parts, self._parts = self._parts, None
                    text = parts[0].opcode is Opcode.TEXT
                    self._message(b"".join(part.data for part in parts), text)
            case Opcode.CLOSE:
                if self.session is not None:
                    self.session.end()
            case _:
                pass

    def _message(self, payload: bytes, text: bool) -> None:
        session = self.session
        if session is None:
            return
        if text is not self._codec.text:
            kind = "text" if self._codec.text else "binary"
            session.fail("bad_message", f"{self._codec.subprotocol} speaks in {kind} frames")
            return
        self._receive(payload)
        if session.player is not None and self._deadline is not None and not session.closed:
            self._deadline.cancel()
            self._deadline = None

    def _receive_text(self, payload: bytes) -> None:
        session = self.session
        assert session is not None
        if _is_utf8(payload):
            session.receive(payload)
            return
        session.end()
        self._core.fail(Close.NOT_UTF8, "text is UTF-8")
        self._schedule()

    def _take_from_core(self) -> None:
        """Put what the core wants to say behind what is queued."""
        self._out += self._core.data_to_send()

    def _schedule(self) -> None:
        if not self._flush_soon:
            self._flush_soon = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_soon = False
        transport = self._transport
        if transport is None:
            return
        self._take_from_core()
        if self._out:
            chunks, self._out = self._out, []
            ended = chunks[-1] == b""
            data = b"".join(chunks)
            if data and not transport.is_closing():
                transport.write(data)
            if transport.get_write_buffer_size() > UNREAD_CUT:
                self._too_slow()
            elif ended:
                transport.close()
        if self._core.state is not State.OPEN and self.session is not None:
            self.session.end()
        if self._core.close_expected():
            self._end_within(CLOSE_WITHIN_S)

    def _end_within(self, after_s: float) -> None:
        """Cut the line after this long, whatever the phone sends meanwhile."""
        if self._ending:
            return
        self._ending = True
        if self._intake is not None:
            self._intake.drop()
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self._loop.call_later(after_s, self.abort)

    def _no_hello(self) -> None:
        if self.session is None:
            self.abort()  # not even a handshake
        elif self.session.player is None:
            self.session.fail("no_hello", "no hello within 10 s")

    def _too_slow(self) -> None:
        """A close frame would stand behind all that is unread, so the line is cut after it."""
        if self.session is not None:
            self.session.end()
        if self._core.state is State.OPEN:
            self._core.send_close(Close.SLOW_READER, "too slow a reader")
        if self._transport is not None:
            self._take_from_core()
            chunks, self._out = self._out, []
            self._transport.write(b"".join(chunks))
            self._end_within(UNREAD_WITHIN_S)


_NONE = -1


def _hear_nothing(_: bytes) -> None:
    """There is nobody."""


def _is_utf8(payload: bytes) -> bool:
    """The core leaves that to its user, and the decoder looks only at the strings that it needs."""
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True
