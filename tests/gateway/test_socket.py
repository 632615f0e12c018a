"""What a client can do with the connection below the messages."""

import asyncio
import base64
import gc
import socket
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import connect

from gameserver.gateway import socket as play_socket
from gameserver.gateway.session import Session
from gameserver.gateway.socket import PlaySocket
from tests.conformance.echo import echoing
from tests.servers.game import Game
from tests.waiting import until

Pipes = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def shaken(street: Game) -> AsyncIterator[Pipes]:
    """A connection whose handshake is done, for frames made by hand."""
    host, port = street.app.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        key = base64.b64encode(b"0123456789abcdef")
        writer.write(
            b"GET /play HTTP/1.1\r\nHost: street\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + b"\r\n\r\n"
        )
        assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
        yield reader, writer
    finally:
        writer.close()


def frame(first: int, payload: bytes = b"") -> bytes:
    """A masked frame (the mask is zeros), by its first byte."""
    assert len(payload) < 126
    return bytes([first, 0x80 | len(payload)]) + b"\0\0\0\0" + payload


TEXT, PART, MORE, LAST, PING = 0x81, 0x01, 0x00, 0x80, 0x89


async def test_who_does_not_answer_the_close_cannot_stay_by_talking_on(
    street: Game, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(play_socket, "CLOSE_WITHIN_S", 0.5)
    async with shaken(street) as (_, writer):
        writer.write(frame(TEXT, b"{}"))
        async with asyncio.timeout(20):
            while len(street.app.gateway):
                writer.write(frame(PING))
                await asyncio.sleep(0.05)


@pytest.mark.parametrize("first", [PING, MORE])
async def test_a_flood_of_frames_that_are_no_messages_is_cut_off_too(
    street: Game, first: int
) -> None:
    async with shaken(street) as (reader, writer):
        hello = b'{"type":"hello","token":"' + street.token("alice").encode() + b'"}'
        writer.write(frame(PART, hello[:90]) + frame(LAST, hello[90:]))
        if first == MORE:
            writer.write(frame(PART))
        writer.write(frame(first) * 2000)
        async with asyncio.timeout(20):
            told = await reader.read()
    assert b"too_many_messages" in told


@pytest.mark.parametrize(
    "asked",
    [
        frame(PING, b"first") + frame(TEXT, b'{"type":"aim","cat":"second"}'),
        frame(PART, b'{"type":"aim",') + frame(PING, b"first") + frame(LAST, b'"cat":"second"}'),
    ],
    ids=["ahead", "between the parts of a message"],
)
async def test_a_ping_is_answered_before_the_message_that_ends_after_it(
    street: Game, asked: bytes
) -> None:
    async with shaken(street) as (reader, writer):
        hello = b'{"type":"hello","token":"' + street.token("alice").encode() + b'"}'
        writer.write(frame(PART, hello[:90]) + frame(LAST, hello[90:]))
        async with asyncio.timeout(20):
            await reader.readuntil(b'"welcome"')
            writer.write(asked)
            told = await reader.readuntil(b'"second"')
    assert b"\x8a\x05first" in told


async def test_an_empty_message_can_be_said_and_ends_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"ws://127.0.0.1:{listener.getsockname()[1]}/play"
        async with echoing(listener), connect(url) as phone, asyncio.timeout(20):
            for said in ("", "one", ""):
                await phone.send(said)
                assert await phone.recv() == said


async def test_close_codes_that_clients_make_up_share_one_count(street: Game) -> None:
    """Else anybody could make metrics without end."""
    for code in (3456, 4999, 4002, 1000):
        async with street.socket() as phone:
            await phone.socket.close(code)
    closed = street.app.gateway.street.stats.closed
    await until(lambda: sum(closed.values()) == 4)
    assert closed == {3000: 2, 4002: 1, 1000: 1}


async def test_a_socket_that_is_gone_leaves_nothing_to_the_garbage_collector(street: Game) -> None:
    """The collector looks seldom, and never at what is frozen."""
    gc.collect()
    gc.disable()
    try:
        async with street.socket() as phone:
            await until(lambda: len(street.app.gateway) == 1)
            (core,) = (weakref.ref(socket._core) for socket in street.app.gateway._sockets)
            await phone.socket.close()
        await until(lambda: core() is None)
        kinds = (PlaySocket, Session)
        assert [one for one in gc.get_objects() if isinstance(one, kinds)] == []
    finally:
        gc.enable()
