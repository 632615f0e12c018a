"""The bots' socket against websockets' own server, and against servers that misbehave."""

import asyncio
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from catbot import connection as connection_module
from catbot.address import Address
from catbot.connection import Closed, Connection, Ears, UnreachableError, dial
from websockets.asyncio.server import ServerConnection
from websockets.utils import accept_key

Until = Callable[[Callable[[], bool]], Awaitable[None]]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Keeper:
    """Keeps what a connection hears."""

    def __init__(self) -> None:
        self.payloads: list[bytes] = []
        self.pongs: list[bytes] = []

    @property
    def ears(self) -> Ears:
        return Ears(self.payloads.append, self.pongs.append)


async def echo(socket: ServerConnection) -> None:
    async for frame in socket:
        await socket.send(frame)


async def listen(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def ended(connection: Connection) -> Closed:
    async with asyncio.timeout(10):
        return await connection.closed


@asynccontextmanager
async def bare_server(talk: Talk) -> AsyncIterator[Address]:
    """A TCP server that need not know WebSockets."""
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        await talk(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield Address.parse(f"http://127.0.0.1:{port}")
        for writer in writers:
            writer.transport.abort()


async def test_messages_go_out_and_come_in(street: Any, until: Until) -> None:
    street.handler = echo
    kept = Keeper()
    connection = await dial(street.address, kept.ears, None)
    assert connection.send(b"one")
    assert connection.send(b"two")
    await until(lambda: kept.payloads == [b"one", b"two"])
    connection.close()
    assert await ended(connection) == Closed(1000, "", by_us=True)


async def test_what_is_said_in_one_turn_leaves_in_one_write(street: Any, until: Until) -> None:
    street.handler = echo
    kept = Keeper()
    connection = await dial(street.address, kept.ears, None)
    writes = []
    transport = connection._transport
    assert transport is not None

    class Counting:
        def write(self, data: bytes) -> None:
            writes.append(data)
            transport.write(data)

        def __getattr__(self, name: str) -> Any:
            return getattr(transport, name)

    connection._transport = Counting()  # type: ignore[assignment]
    for number in range(10):
        connection.send(bytes([number]))
    await until(lambda: len(kept.payloads) == 10)
    assert len(writes) == 1
    connection.close()
    await ended(connection)


async def test_what_is_gathered_leaves_with_the_flush_and_not_before(
    street: Any, until: Until
) -> None:
    street.handler = echo
    kept = Keeper()
    connection = await dial(street.address, kept.ears, None)
    connection.gather()
    connection.send(b"one")
    connection.send(b"two")
    assert len(connection._unsent) == 2
    connection.flush()
    assert not connection._unsent
    connection.send(b"three")  # again by itself
    await until(lambda: kept.payloads == [b"one", b"two", b"three"])
    connection.close()
    await ended(connection)


async def test_a_message_in_fragments_is_heard_whole(street: Any, until: Until) -> None:
    async def speak(socket: ServerConnection) -> None:
        await socket.send([b"me", b"", b"ow"])
        await socket.send(b"purr")
        await socket.send([b"hi", b"ss"])
        await socket.wait_closed()

    street.handler = speak
    kept = Keeper()
    connection = await dial(street.address, kept.ears, None)
    await until(lambda: kept.payloads == [b"meow", b"purr", b"hiss"])
    connection.close()
    await ended(connection)


async def test_messages_of_every_size_arrive_whole_in_both_directions(
    street: Any, until: Until
) -> None:
    """The lengths at which frames have longer heads, and one that comes in many reads."""
    street.handler = echo
    kept = Keeper()
    connection = await dial(street.address, kept.ears, None)
    sent = [bytes([size % 251]) * size for size in (0, 1, 125, 126, 127, 65_535, 65_536, 900_000)]
    for payload in sent:
        assert connection.send(payload)
        await until(lambda: len(kept.payloads) == sent.index(payload) + 1)  # noqa: B023
    assert kept.payloads == sent
    connection.close()
    await ended(connection)


async def test_a_pong_brings_back_what_the_ping_had_behind_the_answers_before_it(
    street: Any, until: Until
) -> None:
    street.handler = echo
    heard: list[bytes] = []
    connection = await dial(street.address, Ears(heard.append, heard.append), None)
    assert connection.ping(b"early")
    await until(lambda: heard == [b"early"])
    connection.close()
    await ended(connection)
    assert not connection.ping(b"late")


async def test_a_ping_of_the_server_is_answered_between_messages(street: Any, until: Until) -> None:
    answered = asyncio.Event()

    async def check(socket: ServerConnection) -> None:
        await socket.send(b"before")
        pong = await socket.ping()
        await socket.send(b"after")
        await pong
        answered.set()
        await socket.wait_closed()

    street.handler = check
    kept = Keeper()
    connection = await dial(street.address, kept.ears, None)
    async with asyncio.timeout(10):
        await answered.wait()
    await until(lambda: kept.payloads == [b"before", b"after"])
    connection.close()
    await ended(connection)


UPGRADE = re.compile(rb"Sec-WebSocket-Key: (\S+)\r\n")


def frames_server(stream: bytes, step: int) -> Talk:
    """Accepts any WebSocket and writes `stream` behind the head, `step` bytes at a time."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found = UPGRADE.search(await reader.readuntil(b"\r\n\r\n"))
        assert found is not None
        head = (
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept_key(found[1].decode())}\r\n"
            "Sec-WebSocket-Protocol: catcat.v1.msgpack\r\n\r\n"
        ).encode() + stream
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(head), step):
            writer.write(head[at : at + step])
            await asyncio.sleep(0)
        await reader.read()

    return talk


STREAM = (
    b"\x82\x03one"
    + b"\x8a\x02po"
    + b"\x02\x02tw"
    + b"\x89\x00"
    + b"\x80\x01o"
    + b"\x82\x7e\x00\x05three"
)


@pytest.mark.parametrize("step", [1, 2, 3, 7, 10_000])
async def test_frames_are_the_same_however_the_network_cuts_them(step: int, until: Until) -> None:
    async with bare_server(frames_server(STREAM, step)) as address:
        kept = Keeper()
        connection = await dial(address, kept.ears, None)
        await until(lambda: kept.payloads == [b"one", b"two", b"three"])
        assert kept.pongs == [b"po"]
        connection.abort()
        await ended(connection)


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(b"\x82\x83\0\0\0\0one", id="masked"),
        pytest.param(b"\xc2\x03one", id="reserved bit"),
        pytest.param(b"\x83\x03one", id="unknown opcode"),
        pytest.param(b"\x80\x03one", id="continuation of nothing"),
        pytest.param(b"\x8a\x7e\x00\x80" + bytes(128), id="long pong"),
        pytest.param(b"\x0a\x00", id="fragmented pong"),
        pytest.param(b"\x02\x01a\x82\x01b", id="message within a message"),
    ],
)
@pytest.mark.parametrize("step", [1, 10_000])
async def test_a_frame_that_breaks_the_protocol_is_a_violation(frame: bytes, step: int) -> None:
    stream = b"\x82\x02ok" + frame + b"\x82\x02no"
    async with bare_server(frames_server(stream, step)) as address:
        kept = Keeper()
        closed = await ended(await dial(address, kept.ears, None))
        assert kept.payloads == [b"ok"]
        assert (closed.code, closed.by_us) == (1002, True)
        assert closed.violation is not None


async def test_a_close_of_the_server_tells_its_code(street: Any) -> None:
    async def send_away(socket: ServerConnection) -> None:
        await socket.send(b"last words")
        await socket.close(4003, "banned")

    street.handler = send_away
    kept = Keeper()
    connection = await dial(street.address, kept.ears, None)
    assert await ended(connection) == Closed(4003, "banned", by_us=False)
    assert kept.payloads == [b"last words"]


async def test_a_connection_that_breaks_is_1006(street: Any) -> None:
    async def vanish(socket: ServerConnection) -> None:
        socket.transport.abort()

    street.handler = vanish
    connection = await dial(street.address, Keeper().ears, None)
    closed = await ended(connection)
    assert (closed.code, closed.by_us, closed.violation) == (1006, False, None)
    assert not connection.send(b"anyone?")


async def test_text_on_a_binary_subprotocol_is_a_violation(street: Any) -> None:
    async def write(socket: ServerConnection) -> None:
        await socket.send("text")
        await socket.wait_closed()

    street.handler = write
    closed = await ended(await dial(street.address, Keeper().ears, None))
    assert closed.violation is not None


async def test_a_message_too_big_to_be_one_is_a_violation(street: Any) -> None:
    async def shout(socket: ServerConnection) -> None:
        await socket.send(bytes(2 << 20))
        await socket.wait_closed()

    street.handler = shout
    kept = Keeper()
    closed = await ended(await dial(street.address, kept.ears, None))
    assert (closed.code, closed.by_us) == (1009, True)
    assert closed.violation is not None
    assert not kept.payloads


async def test_a_server_that_is_full_is_unreachable_and_says_for_how_long(street: Any) -> None:
    street.refuse_handshakes, street.retry_after = 1, "7"
    with pytest.raises(UnreachableError) as caught:
        await dial(street.address, Keeper().ears, None)
    assert (caught.value.reason, caught.value.retry_after_s) == ("http_503", 7.0)


async def test_a_retry_after_that_is_a_date_counts_as_none(street: Any) -> None:
    street.refuse_handshakes, street.retry_after = 1, "Fri, 11 Nov 2016 00:00:00 GMT"
    with pytest.raises(UnreachableError) as caught:
        await dial(street.address, Keeper().ears, None)
    assert caught.value.retry_after_s == 0.0


async def test_a_server_that_does_not_take_the_subprotocol_is_unreachable(street: Any) -> None:
    street.subprotocol = False
    with pytest.raises(UnreachableError, match="wrong_subprotocol"):
        await dial(street.address, Keeper().ears, None)


async def test_nobody_listening_is_unreachable() -> None:
    async with bare_server(listen) as address:
        pass
    with pytest.raises(UnreachableError, match="ConnectionRefusedError"):
        await dial(address, Keeper().ears, None)


async def test_a_server_that_hangs_up_on_the_handshake_is_unreachable() -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with bare_server(hang_up) as address:
        with pytest.raises(UnreachableError):
            await dial(address, Keeper().ears, None)


async def test_a_server_that_speaks_no_http_is_unreachable() -> None:
    async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n" * 10)
        await writer.drain()

    async with bare_server(babble) as address:
        with pytest.raises(UnreachableError, match="InvalidMessage"):
            await dial(address, Keeper().ears, None)


async def test_a_server_that_never_answers_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "_HANDSHAKE_S", 0.05)
    async with bare_server(listen) as address:
        with pytest.raises(UnreachableError, match="timeout"):
            await dial(address, Keeper().ears, None)


async def test_a_goodbye_that_the_server_ignores_still_ends(
    street: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "_GOODBYE_S", 0.05)

    async def play_dead(socket: ServerConnection) -> None:
        socket.transport.pause_reading()  # type: ignore[attr-defined]
        await socket.wait_closed()

    street.handler = play_dead
    connection = await dial(street.address, Keeper().ears, None)
    connection.close()
    closed = await ended(connection)
    assert (closed.code, closed.by_us) == (1000, True)
    for opened in street.sockets:
        opened.transport.abort()


async def test_a_server_that_does_not_read_chokes_the_sender_at_a_bound(
    street: Any, until: Until
) -> None:
    release = asyncio.Event()

    async def doze(socket: ServerConnection) -> None:
        socket.transport.pause_reading()  # type: ignore[attr-defined]
        await release.wait()
        socket.transport.resume_reading()  # type: ignore[attr-defined]
        async for _ in socket:
            pass

    street.handler = doze
    connection = await dial(street.address, Keeper().ears, None)
    for _ in range(100_000):
        if not connection.send(bytes(4_096)):
            break
        await asyncio.sleep(0)
    assert not connection.send(b"no room")
    assert connection._transport is not None
    assert connection._transport.get_write_buffer_size() < 1 << 20
    release.set()
    await until(lambda: connection.send(b"room again"))
    connection.close()
    await ended(connection)


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A key and a certificate for 127.0.0.1."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    name = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*make.split(), *name, *files], check=True, capture_output=True)
    return key, certificate


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with openssl")
async def test_wss_works_and_trusts_only_whom_it_should(
    opened_street: Any, tmp_path: Path, until: Until
) -> None:
    key, certificate = make_certificate(tmp_path)
    server_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_tls.load_cert_chain(certificate, key)

    async with opened_street(server_tls) as street:
        street.handler = echo
        assert street.address.secure
        with pytest.raises(UnreachableError, match="SSLCertVerificationError"):
            await dial(street.address, Keeper().ears, ssl.create_default_context())
        kept = Keeper()
        trusting = ssl.create_default_context(cafile=str(certificate))
        connection = await dial(street.address, kept.ears, trusting)
        connection.send(b"secret")
        await until(lambda: kept.payloads == [b"secret"])
        connection.close()
        assert (await ended(connection)).code == 1000
