"""One port, two protocols: who gets a connection, and who is not let in."""

import asyncio
import base64
import json
import re
import socket
from contextlib import suppress
from pathlib import Path

import pytest
import uvloop
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from gameserver.app import running
from gameserver.config import Config
from gameserver.gateway import doorman, gateway
from gameserver.gateway import socket as play_socket
from tests.servers.game import Game, game
from tests.waiting import until

LISTENS = "0A"
"""A listening socket in Linux's table of TCP sockets."""

HEADERS = (
    b"Host: street\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: " + base64.b64encode(b"0123456789abcdef") + b"\r\n\r\n"
)


async def raw(street: Game, *pieces: bytes) -> bytes:
    """Send bytes, piece by piece, and read until the server has answered with a head or is gone."""
    host, port = street.app.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        async with asyncio.timeout(20):
            try:
                return await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError as error:
                return error.partial
    finally:
        writer.close()


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def bytewise(data: bytes) -> list[bytes]:
    return [data[index : index + 1] for index in range(len(data))]


async def test_a_request_that_comes_byte_by_byte_finds_its_way(street: Game) -> None:
    play = await raw(street, *bytewise(b"GET /play HTTP/1.1\r\n" + HEADERS))
    assert status(play) == 101
    health = await raw(street, *bytewise(b"GET /healthz HTTP/1.1\r\nHost: street\r\n\r\n"))
    assert status(health) == 200


async def test_a_query_does_not_hide_the_way_to_play(street: Game) -> None:
    assert status(await raw(street, b"GET /play?x=1 HTTP/1.1\r\n" + HEADERS)) == 101


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"GET /playground HTTP/1.1\r\nHost: street\r\n\r\n", 404),
        (b"POST /play HTTP/1.1\r\nHost: street\r\nContent-Length: 0\r\n\r\n", 405),
        (b"GET /play HTTP/1.1\r\nHost: street\r\n\r\n", 426),
        (b"\x16\x03\x01 not http at all\r\n\r\n", 400),
    ],
)
async def test_what_is_no_websocket_request_gets_an_http_answer(
    street: Game, line: bytes, expected: int
) -> None:
    assert status(await raw(street, line)) == expected


async def test_a_kept_http_connection_may_ask_for_play_later(street: Game) -> None:
    """As a proxy or a browser does that uses a connection again."""
    host, port = street.app.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    async with asyncio.timeout(20):
        for _ in range(3):
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: street\r\n\r\n")
            head = await reader.readuntil(b"\r\n\r\n")
            assert status(head) == 200
            length = re.search(rb"(?i)content-length: (\d+)", head)
            assert length is not None
            await reader.readexactly(int(length[1]))
        writer.write(b"GET /play HTTP/1.1\r\n" + HEADERS)
        assert status(await reader.readuntil(b"\r\n\r\n")) == 101
        payload = json.dumps({"type": "hello", "token": street.token("alice")}).encode()
        writer.write(b"\x81\xfe" + len(payload).to_bytes(2, "big") + b"\0\0\0\0" + payload)
        await until(lambda: "alice" in street.app.gateway.street.roster.sessions)
        assert b"welcome" in await reader.read(1000)
    writer.close()
    await until(lambda: not street.app.gateway.street.roster.sessions)
    assert len(street.app.gateway) == 0


async def test_no_subprotocol_means_json(street: Game) -> None:
    async with connect(street.play_url) as socket:
        assert socket.subprotocol is None
        await socket.send("{}")
        assert isinstance(await socket.recv(), str)


async def test_of_several_subprotocols_the_clients_first_counts(street: Game) -> None:
    offered = [Subprotocol("chat"), Subprotocol("catcat.v1.json"), Subprotocol("catcat.v1.msgpack")]
    async with connect(street.play_url, subprotocols=offered) as socket:
        assert socket.subprotocol == "catcat.v1.json"


async def test_a_subprotocol_that_nobody_speaks_is_refused(street: Game) -> None:
    with pytest.raises(InvalidStatus, match="400"):
        await connect(street.play_url, subprotocols=[Subprotocol("chat")])


async def test_a_browser_of_another_origin_is_refused(tmp_path: Path) -> None:
    config = Config(port=0, data_dir=tmp_path, origins=("https://game.example",))
    async with running(config) as app:
        url = app.url.replace("http", "ws", 1) + "/play"
        with pytest.raises(InvalidStatus, match="403"):
            await connect(url, origin=Origin("https://evil.example"))
        async with connect(url, origin=Origin("https://game.example")), connect(url):
            pass


async def test_beyond_the_limits_nobody_is_let_in_until_somebody_leaves(tmp_path: Path) -> None:
    config = Config(port=0, data_dir=tmp_path, max_sockets=3, max_sockets_per_address=2)
    async with running(config) as app:
        url = app.url.replace("http", "ws", 1) + "/play"
        async with connect(url):
            async with connect(url):
                with pytest.raises(InvalidStatus, match="429"):
                    await connect(url)

            async def has_room() -> bool:
                try:
                    async with connect(url):
                        return True
                except InvalidStatus:
                    return False

            await until(has_room)


async def test_a_draining_server_lets_nobody_in(tmp_path: Path) -> None:
    async with game(tmp_path) as street:
        street.app.gateway.draining = True
        with pytest.raises(InvalidStatus, match="503"):
            await connect(street.play_url)


@pytest.mark.parametrize(
    "begun",
    [b"", b"G", b"GET /play HTTP/1.1\r\nHost: street\r\n", b"GET /healthz HTTP/1.1\r\nHost: s\r\n"],
    ids=["silent", "one byte", "half a handshake", "half an HTTP request"],
)
async def test_a_head_that_never_ends_is_cut_off(
    street: Game, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(doorman, "HEAD_WITHIN_S", 0.5)
    host, port = street.app.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(begun)
    async with asyncio.timeout(20):
        with suppress(ConnectionError):
            while not reader.at_eof():
                writer.write(begun and b"X")
                assert await read_soon(reader) == b""
    writer.close()


async def read_soon(reader: asyncio.StreamReader) -> bytes:
    """What there is to read, perhaps nothing."""
    try:
        async with asyncio.timeout(0.05):
            return await reader.read(1000)
    except TimeoutError:
        return b""


async def test_a_head_that_is_too_long_is_refused(street: Game) -> None:
    answer = await raw(street, b"GET /healthz HTTP/1.1\r\nX: " + b"x" * 20_000)
    assert status(answer) == 400


async def test_a_handshake_without_a_hello_is_closed_with_4103(
    street: Game, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(play_socket, "HELLO_WITHIN_S", 0.5)
    async with street.socket() as phone:
        assert (await phone.next("error"))["code"] == "no_hello"
        assert await phone.closed() == 4103


async def test_silent_connections_keep_no_player_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "WAITING_MOST", 10)
    async with game(tmp_path) as street:
        host, port = street.app.url.removeprefix("http://").split(":")
        silent = [await asyncio.open_connection(host, int(port)) for _ in range(50)]
        async with street.player("alice") as alice, asyncio.timeout(20):
            for reader, _ in silent[:40]:
                with suppress(ConnectionError):
                    assert await reader.read() == b"", "the oldest have to go"
            assert (await alice.aim("c"))["reason"] == "no_fix"
        for _, writer in silent:
            writer.close()


def test_many_who_come_at_once_are_let_in_within_few_turns_of_the_loop() -> None:
    """uvloop by itself takes one a turn, however long a turn is."""
    count = 4 * doorman.OVERLOADED_DOORS

    async def turns(*wanted: int) -> int:
        came: list[asyncio.BaseTransport] = []

        class Guest(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                came.append(transport)

        server = await asyncio.get_running_loop().create_server(
            Guest, "127.0.0.1", 0, backlog=count
        )
        doors = doorman.Doors(server, Guest, count)
        for many in wanted:
            await doors.open(many)
        phones = [socket.create_connection(server.sockets[0].getsockname()) for _ in range(count)]
        taken = 0
        while len(came) < count:
            taken += 1
            await asyncio.sleep(0)
        for transport in came:
            transport.abort()  # type: ignore[attr-defined]
        for phone in phones:
            phone.close()
        doors.close()
        return taken

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(turns(doorman.DOORS)) < count // 2
        overloaded = runner.run(turns(doorman.OVERLOADED_DOORS))
        assert overloaded < count // doorman.DOORS
        assert runner.run(turns(doorman.OVERLOADED_DOORS, doorman.DOORS)) > overloaded


async def test_a_server_that_turns_players_away_opens_more_doors_meanwhile(tmp_path: Path) -> None:
    def listening(street: Game) -> int:
        port = int(street.app.url.rpartition(":")[2])
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
        fields = [line.split() for line in lines]
        ours = f"0100007F:{port:04X}"
        (inode,) = {one[9] for one in fields if one[1] == ours and one[3] == LISTENS}
        files = Path("/proc/self/fd").iterdir()
        return sum(
            str(file.readlink()) == f"socket:[{inode}]" for file in files if file.is_symlink()
        )

    async with game(tmp_path) as street:
        await until(lambda: listening(street) == doorman.DOORS)
        for _ in range(8):
            street.app.gateway.street.pressure.beat(1.0)
        await until(lambda: listening(street) == doorman.OVERLOADED_DOORS)
        await until(lambda: listening(street) == doorman.DOORS)
        async with street.player("alice") as alice:
            assert (await alice.aim("c"))["reason"] == "no_fix"
