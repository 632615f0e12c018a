"""What the WebSocket protocol says of text and parts, where its library leaves it to us."""

import asyncio
import json
from typing import Any

import msgpack
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.frames import Frame, Opcode
from websockets.typing import Subprotocol

from tests.servers.game import Game

NOT_UTF8 = b"\xed\xa0\x80"
"""Half of a surrogate pair."""


async def close_code_after(street: Game, codec: str, *frames: Frame) -> int | None:
    """What the server closes with after these frames in one write."""
    async with connect(street.play_url, subprotocols=[Subprotocol(codec)]) as socket:
        write(socket, frames)
        async with asyncio.timeout(20):
            await socket.wait_closed()
        return socket.close_code


def write(socket: ClientConnection, frames: tuple[Frame, ...]) -> None:
    data: Any = b"".join(frame.serialize(mask=True) for frame in frames)
    socket.transport.write(data)


async def test_text_that_is_not_utf8_closes_the_socket_wherever_it_stands(street: Game) -> None:
    for text in (NOT_UTF8, b'{"type":"aim","cat":"a","ignored":"' + NOT_UTF8 + b'"}'):
        code = await close_code_after(street, "catcat.v1.json", Frame(Opcode.TEXT, text))
        assert code == 1007


async def test_text_in_parts_is_judged_as_a_whole(street: Game) -> None:
    cat = "貓".encode()
    parts = [Frame(Opcode.TEXT, cat[:1], fin=False), Frame(Opcode.CONT, cat[1:])]
    assert await close_code_after(street, "catcat.v1.json", *parts) == 4004
    parts = [Frame(Opcode.TEXT, cat[:1], fin=False), Frame(Opcode.CONT, cat[2:])]
    assert await close_code_after(street, "catcat.v1.json", *parts) == 1007


@pytest.mark.parametrize("codec", ["catcat.v1.json", "catcat.v1.msgpack"])
async def test_a_message_of_the_wrong_kind_is_refused_in_parts_too(
    street: Game, codec: str
) -> None:
    hello = {"type": "hello", "token": street.token("alice")}
    packed = codec.endswith("msgpack")
    whole = msgpack.packb(hello) if packed else json.dumps(hello).encode()
    other = Opcode.TEXT if packed else Opcode.BINARY
    parts = [Frame(other, whole[:9], fin=False), Frame(Opcode.CONT, whole[9:])]
    assert await close_code_after(street, codec, *parts) == 4004


async def test_a_client_may_close_between_the_parts_of_a_message(street: Game) -> None:
    part = Frame(Opcode.TEXT, b"{", fin=False)
    bye = Frame(Opcode.CLOSE, (1000).to_bytes(2, "big"))
    assert await close_code_after(street, "catcat.v1.json", part, bye) == 1000
