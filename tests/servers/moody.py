"""A coupon service that behaves as badly as a service can, in front of a real one or by itself."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from typing import NamedTuple

from yarl import URL

SLOW_S = 10.0


class Mood(StrEnum):
    """How it answers; `well` passes everything on to the real service, or says `answer`."""

    WELL = "well"
    GONE = "gone"
    SLOW = "slow"
    BROKEN = "500"
    UNAVAILABLE = "503"
    GARBAGE = "garbage"
    DEEP = "brackets without end"
    OTHER = "JSON of something else"
    ENDLESS = "endless"
    CUT = "half an answer"
    DROPPING = "does it and drops the reply"
    REDIRECTING = "redirects"
    REFUSING = "401"
    LONG = "more than anybody's buffers hold"


class Request(NamedTuple):
    """What came."""

    line: str
    headers: dict[str, str]
    body: bytes


_HEAD = "HTTP/1.1 {status}\r\nContent-Type: {media}\r\nContent-Length: {length}\r\n\r\n"


class Moody:
    """A server at a port of its own that keeps it, whatever its mood."""

    def __init__(self, behind: str | None) -> None:
        there = None if behind is None else URL(behind)
        self._behind = None if there is None else (there.host, there.port)
        self._mood = Mood.WELL
        self._only_at = ""
        self._awake = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[StreamWriter] = set()
        self.port = 0
        self.answer = b"{}"
        self.requests: list[Request] = []
        self.connections = 0
        self.under_way = 0
        self.most_under_way = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def be(self, mood: Mood, only_at: str = "") -> None:
        """Change the mood, or only that towards paths that begin so; who waits is answered."""
        self._mood, self._only_at = mood, only_at
        self._awake.set()
        self._awake = asyncio.Event()
        if mood is Mood.GONE:
            self._close()
        elif self._server is None:
            await self._listen()

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()

    async def open(self) -> None:
        """Begin to listen."""
        await self._listen()

    async def end(self) -> None:
        """Listen no more, and leave nothing behind."""
        self._close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", self.port, backlog=1024
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                while await self._answer(reader, writer):
                    pass
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _answer(self, reader: StreamReader, writer: StreamWriter) -> bool:
        """Answer one request; whether the connection is kept."""
        request = await _read(reader)
        self.requests.append(request)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            return await self._say(request, writer)
        finally:
            self.under_way -= 1

    async def _say(self, request: Request, writer: StreamWriter) -> bool:
        is_meant = request.line.split(" ")[1].startswith(self._only_at)
        mood = self._mood if is_meant else Mood.WELL
        match mood:
            case Mood.SLOW:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._awake.wait(), SLOW_S)
                return await self._say_well(request, writer)
            case Mood.DROPPING:
                await self._well(request)
                return False
            case Mood.ENDLESS:
                writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                while self._mood is mood:
                    writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
                    await writer.drain()
                return False
            case Mood.CUT:
                writer.write((await self._well(request))[:-1])
                await writer.drain()
                writer.close()
                await writer.wait_closed()
                return False
            case Mood.WELL:
                return await self._say_well(request, writer)
            case _:
                writer.write(_BAD[mood])
                await writer.drain()
                return True

    async def _say_well(self, request: Request, writer: StreamWriter) -> bool:
        writer.write(await self._well(request))
        await writer.drain()
        if self._behind is None:
            return True
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        return False

    async def _well(self, request: Request) -> bytes:
        if self._behind is None:
            return _http("200 OK", self.answer)
        reader, writer = await asyncio.open_connection(*self._behind)
        try:
            writer.write(_as_sent(request))
            return await reader.read()
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


async def _read(reader: StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *lines = head.strip().split("\r\n")
    headers = {name.strip(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    headers.pop("Host", None)
    length = int(headers.pop("Content-Length", "0"))
    return Request(line, headers, await reader.readexactly(length))


def _as_sent(request: Request) -> bytes:
    """The request again, for a connection of its own."""
    headers = request.headers | {"Connection": "close", "Host": "coupons"}
    if request.body:
        headers["Content-Length"] = str(len(request.body))
    lines = [request.line, *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + request.body


def _http(status: str, body: bytes, media: str = "application/json") -> bytes:
    return _HEAD.format(status=status, media=media, length=len(body)).encode() + body


_BAD = {
    Mood.BROKEN: _http("500 Internal Server Error", b"<h1>Oops</h1>", "text/html"),
    Mood.UNAVAILABLE: _http("503 Service Unavailable", b"later"),
    Mood.GARBAGE: _http("200 OK", b"\xff\x00<h1>It works!</h1>", "text/html"),
    Mood.DEEP: _http("200 OK", b'{"x": ' + b"[" * 200_000),
    Mood.OTHER: _http("200 OK", b'{"hello": ["world"]}'),
    Mood.REDIRECTING: _http("302 Found", b"").replace(
        b"\r\n\r\n", b"\r\nLocation: /elsewhere\r\n\r\n"
    ),
    Mood.REFUSING: _http("401 Unauthorized", b"{}"),
    Mood.LONG: _http("200 OK", b" " * 30_000_000),
}


@asynccontextmanager
async def moody(behind: str | None = None) -> AsyncIterator[Moody]:
    """A moody server on a free port of the loopback, in front of the URL `behind`."""
    server = Moody(behind)
    await server.open()
    try:
        yield server
    finally:
        await server.end()
