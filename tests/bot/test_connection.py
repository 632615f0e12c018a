"""The bots' socket against websockets' own server, and against servers that misbehave."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from catbot import connection as connection_module
from catbot.address import Address
from catbot.connection import Closed, Connection, UnreachableError, dial
from websockets.asyncio.server import ServerConnection

Until = Callable[[Callable[[], bool]], Awaitable[None]]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Ears:
    """Keeps what a connection hears."""

    def __init__(self) -> None:
        self.payloads: list[bytes] = []

    def __call__(self, payload: bytes) -> None:
        self.payloads.append(payload)


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
    ears = Ears()
    connection = await dial(street.address, ears, None)
    assert connection.send(b"one")
    assert connection.send(b"two")
    await until(lambda: ears.payloads == [b"one", b"two"])
    connection.close()
    assert await ended(connection) == Closed(1000, "", by_us=True)


async def test_what_is_said_in_one_turn_leaves_in_one_write(street: Any, until: Until) -> None:
    street.handler = echo
    ears = Ears()
    connection = await dial(street.address, ears, None)
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
    await until(lambda: len(ears.payloads) == 10)
    assert len(writes) == 1
    connection.close()
    await ended(connection)


async def test_a_message_in_fragments_is_heard_whole(street: Any, until: Until) -> None:
    async def speak(socket: ServerConnection) -> None:
        await socket.send([b"me", b"", b"ow"])
        await socket.send(b"purr")
        await socket.send([b"hi", b"ss"])
        await socket.wait_closed()

    street.handler = speak
    ears = Ears()
    connection = await dial(street.address, ears, None)
    await until(lambda: ears.payloads == [b"meow", b"purr", b"hiss"])
    connection.close()
    await ended(connection)


async def test_a_close_of_the_server_tells_its_code(street: Any) -> None:
    async def send_away(socket: ServerConnection) -> None:
        await socket.send(b"last words")
        await socket.close(4003, "banned")

    street.handler = send_away
    ears = Ears()
    connection = await dial(street.address, ears, None)
    assert await ended(connection) == Closed(4003, "banned", by_us=False)
    assert ears.payloads == [b"last words"]


async def test_a_connection_that_breaks_is_1006(street: Any) -> None:
    async def vanish(socket: ServerConnection) -> None:
        socket.transport.abort()

    street.handler = vanish
    connection = await dial(street.address, Ears(), None)
    closed = await ended(connection)
    assert (closed.code, closed.by_us, closed.violation) == (1006, False, None)
    assert not connection.send(b"anyone?")


async def test_text_on_a_binary_subprotocol_is_a_violation(street: Any) -> None:
    async def write(socket: ServerConnection) -> None:
        await socket.send("text")
        await socket.wait_closed()

    street.handler = write
    closed = await ended(await dial(street.address, Ears(), None))
    assert closed.violation is not None


async def test_a_message_too_big_to_be_one_is_a_violation(street: Any) -> None:
    async def shout(socket: ServerConnection) -> None:
        await socket.send(bytes(2 << 20))
        await socket.wait_closed()

    street.handler = shout
    ears = Ears()
    closed = await ended(await dial(street.address, ears, None))
    assert (closed.code, closed.by_us) == (1009, True)
    assert closed.violation is not None
    assert not ears.payloads


async def test_a_server_that_is_full_is_unreachable_and_says_for_how_long(street: Any) -> None:
    street.refuse_handshakes, street.retry_after = 1, "7"
    with pytest.raises(UnreachableError) as caught:
        await dial(street.address, Ears(), None)
    assert (caught.value.reason, caught.value.retry_after_s) == ("http_503", 7.0)


async def test_a_retry_after_that_is_a_date_counts_as_none(street: Any) -> None:
    street.refuse_handshakes, street.retry_after = 1, "Fri, 11 Nov 2016 00:00:00 GMT"
    with pytest.raises(UnreachableError) as caught:
        await dial(street.address, Ears(), None)
    assert caught.value.retry_after_s == 0.0


async def test_a_server_that_does_not_take_the_subprotocol_is_unreachable(street: Any) -> None:
    street.subprotocol = False
    with pytest.raises(UnreachableError, match="wrong_subprotocol"):
        await dial(street.address, Ears(), None)


async def test_nobody_listening_is_unreachable() -> None:
    async with bare_server(listen) as address:
        pass
    with pytest.raises(UnreachableError, match="ConnectionRefusedError"):
        await dial(address, Ears(), None)


async def test_a_server_that_hangs_up_on_the_handshake_is_unreachable() -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with bare_server(hang_up) as address:
        with pytest.raises(UnreachableError):
            await dial(address, Ears(), None)


async def test_a_server_that_speaks_no_http_is_unreachable() -> None:
    async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n" * 10)
        await writer.drain()

    async with bare_server(babble) as address:
        with pytest.raises(UnreachableError, match="InvalidMessage"):
            await dial(address, Ears(), None)


async def test_a_server_that_never_answers_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "_HANDSHAKE_S", 0.05)
    async with bare_server(listen) as address:
        with pytest.raises(UnreachableError, match="timeout"):
            await dial(address, Ears(), None)


async def test_a_goodbye_that_the_server_ignores_still_ends(
    street: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "_GOODBYE_S", 0.05)

    async def play_dead(socket: ServerConnection) -> None:
        socket.transport.pause_reading()  # type: ignore[attr-defined]
        await socket.wait_closed()

    street.handler = play_dead
    connection = await dial(street.address, Ears(), None)
    connection.close()
    closed = await ended(connection)
    assert (closed.code, closed.by_us) == (1000, True)
    for socket in street.sockets:
        socket.transport.abort()


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
    connection = await dial(street.address, Ears(), None)
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
            await dial(street.address, Ears(), ssl.create_default_context())
        ears = Ears()
        trusting = ssl.create_default_context(cafile=str(certificate))
        connection = await dial(street.address, ears, trusting)
        connection.send(b"secret")
        await until(lambda: ears.payloads == [b"secret"])
        connection.close()
        assert (await ended(connection)).code == 1000
