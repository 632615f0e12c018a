"""Small whole messages go past the core's parser: nothing about what is heard may depend on it."""

import asyncio
import base64
from itertools import chain, pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from gameserver.codecs import MSGPACK
from gameserver.gateway.frames import frame_head, whole_payload
from gameserver.gateway.intake import BITE
from gameserver.gateway.socket import PlaySocket
from tests.conformance.echo import EchoHouse

KINDS = st.sampled_from([Opcode.TEXT, Opcode.BINARY])
SIZES = st.one_of(st.integers(0, 130), st.sampled_from([4096, 65_535, 65_536, 65_537]))


def masked(frame: Frame) -> bytes:
    return bytes(frame.serialize(mask=True))


def plain(frame: Frame) -> bytes:
    """Masked with zeros, so that a payload that looks like a frame does so on the wire, too."""
    head = bytearray(frame_head(0x80 * frame.fin | frame.opcode, len(frame.data)))
    head[1] |= 0x80
    return bytes(head) + b"\0\0\0\0" + frame.data


@given(KINDS, SIZES)
def test_a_whole_frame_gives_its_payload_up_to_64_kib(kind: Opcode, size: int) -> None:
    payload = bytes(number % 251 for number in range(size))
    found = whole_payload(masked(Frame(kind, payload)))
    assert found == (payload if size < 65_536 else None)


@given(KINDS, SIZES)
def test_what_is_written_is_the_frame_that_the_core_would_write(kind: Opcode, size: int) -> None:
    payload = bytes(size)
    assert frame_head(0x80 | kind, size) + payload == Frame(kind, payload).serialize(mask=False)


@given(st.integers(0, 200), st.integers(1, 8), st.binary(min_size=1, max_size=300))
def test_part_of_a_frame_or_more_than_one_is_left_to_the_core(
    size: int, missing: int, more: bytes
) -> None:
    whole = masked(Frame(Opcode.BINARY, bytes(size)))
    assert whole_payload(whole[:-missing]) is None
    assert whole_payload(whole + more) is None


def test_a_frame_without_a_mask_is_left_to_the_core() -> None:
    """It is an error, and the core has the words for it."""
    for size in (0, 100, 1000):
        assert whole_payload(bytes(Frame(Opcode.BINARY, bytes(size)).serialize(mask=False))) is None


def test_a_length_that_is_said_longer_than_needed_is_left_to_the_core() -> None:
    assert whole_payload(bytes([0x82, 0xFE, 0, 5, 0, 0, 0, 0]) + b"hello") is None


class Wire(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()

    def write(self, data: Any) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing is ever unread here."""

    def pause_reading(self) -> None:
        """Whoever feeds this goes on."""

    def resume_reading(self) -> None:
        """Whoever feeds this goes on."""

    def close(self) -> None:
        """Nothing is open."""

    def abort(self) -> None:
        """Nothing is open."""


async def heard_in_pieces(stream: bytes, cuts: list[int]) -> list[tuple[Opcode, bytes]]:
    """The frames that an echo socket answers to a stream that comes in pieces."""
    wire = Wire()
    socket = PlaySocket(EchoHouse(), asyncio.get_running_loop())
    socket.connection_made(wire)
    uri = parse_uri("ws://street/play")
    client = ClientProtocol(uri, subprotocols=[Subprotocol(MSGPACK.subprotocol)])
    request = client.connect()
    client.send_request(request)
    socket.data_received(b"".join(client.data_to_send()))
    edges = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    for start, end in pairwise(edges):
        socket.data_received(stream[start:end])
        for _ in range(1 + (end - start) // BITE):
            await asyncio.sleep(0)
    await asyncio.sleep(0)
    socket.connection_lost(None)
    client.receive_data(bytes(wire.written))
    events = client.events_received()
    return [(event.opcode, bytes(event.data)) for event in events if isinstance(event, Frame)]


PAYLOADS = st.one_of(
    st.binary(max_size=140).map(base64.b64encode),
    # Payloads that look like frames themselves: a parser that lost its place would take them so.
    st.binary(max_size=40).map(lambda raw: plain(Frame(Opcode.BINARY, raw))),
    st.just(b"x" * 1500),
)
WHOLE = PAYLOADS.map(lambda payload: [Frame(Opcode.BINARY, payload)])
PARTS = st.tuples(PAYLOADS, PAYLOADS).map(
    lambda parts: [
        Frame(Opcode.BINARY, parts[0], fin=False),
        Frame(Opcode.PING, b"between"),
        Frame(Opcode.CONT, parts[1]),
    ]
)
PINGS = st.binary(max_size=20).map(lambda payload: [Frame(Opcode.PING, payload)])
STREAMS = st.lists(st.one_of(WHOLE, PARTS, PINGS), max_size=6).map(
    lambda many: list(chain.from_iterable(many))
)
FIRST = Frame(Opcode.BINARY, b"the first one always goes through the core")


@given(STREAMS, st.sets(st.integers(0, 20)), st.lists(st.integers(0, 20_000), max_size=8))
def test_what_is_heard_does_not_depend_on_how_the_stream_is_cut(
    frames: list[Frame], headless: set[int], cuts: list[int]
) -> None:
    frames = [FIRST, *frames]
    said = [bytes(frame.data) for frame in frames if frame.opcode is not Opcode.PING]
    stream, edges = b"", []
    for number, frame in enumerate(frames):
        octets = plain(frame)
        head = len(octets) - len(frame.data)
        edges += [len(stream), len(stream) + head] if number in headless else [len(stream)]
        stream += octets
    for where in (edges, [], cuts):  # one by one (some heads alone), all at once, anywhere
        heard = asyncio.run(heard_in_pieces(stream, where))
        answered = [data for opcode, data in heard if opcode is Opcode.BINARY]
        assert b"".join(answered) == b"".join(said)
        assert len(answered) == sum(frame.opcode is Opcode.BINARY for frame in frames)
        pinged = [frame.data for frame in frames if frame.opcode is Opcode.PING]
        assert [data for opcode, data in heard if opcode is Opcode.PONG] == pinged


async def test_a_whole_message_between_the_parts_of_another_is_an_error() -> None:
    frames = [FIRST, Frame(Opcode.BINARY, b"a part", fin=False), Frame(Opcode.BINARY, b"whole")]
    stream, edges = b"", []
    for frame in frames:
        edges.append(len(stream))
        stream += plain(frame)
    (_, first), (opcode, data) = await heard_in_pieces(stream, edges)
    assert (first, opcode, data[:2]) == (FIRST.data, Opcode.CLOSE, (1002).to_bytes(2, "big"))
