"""Clients that do not wait for the answer to their handshake."""

import asyncio
import logging

import pytest
from websockets.frames import Frame, Opcode

from tests.servers.game import Game

WITH_KEY = b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
GOOD = b"GET /play HTTP/1.1\r\nHost: street\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"


@pytest.mark.parametrize("handshake", [GOOD + WITH_KEY, GOOD], ids=["good", "without a key"])
@pytest.mark.parametrize(
    "follows",
    [b"\x00" * 9, Frame(Opcode.CLOSE, b"").serialize(mask=True)],
    ids=["zeros", "a close frame"],
)
async def test_what_ends_a_connection_before_its_handshake_is_answered_is_no_error_of_ours(
    street: Game, caplog: pytest.LogCaptureFixture, handshake: bytes, follows: bytes
) -> None:
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", int(street.app.url.rsplit(":", 1)[1])
    )
    writer.write(handshake + b"\r\n" + follows)
    async with asyncio.timeout(20):
        await reader.read()
    writer.close()
    assert not len(street.app.gateway)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
