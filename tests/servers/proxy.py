"""A proxy between a client and a server that behaves as badly as a network does."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Proxy:
    """Forwards bytes both ways until it is told to misbehave.

    `lose` replies: that many times the next reply is thrown away and its connection cut. `hang`:
    nothing is forwarded in either direction. `delay`: nothing comes back until it is cleared.
    """

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self.port = 0
        self.lose = 0
        self.lost: list[bytes] = []
        self.connections = 0
        self.flows = asyncio.Event()
        self.flows.set()
        self.answers = asyncio.Event()
        self.answers.set()
        self._writers: set[StreamWriter] = set()

    def cut(self) -> None:
        """Break every connection."""
        for writer in self._writers:
            writer.transport.abort()

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        self.connections += 1
        try:
            there_reader, there_writer = await asyncio.open_connection(*self._server)
        except OSError:  # the server is away, and so is the proxy
            writer.transport.abort()
            return
        self._writers |= {writer, there_writer}
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._forward(reader, there_writer))
                both.create_task(self._return(there_reader, writer))
        except* (OSError, _Cut):
            pass
        finally:
            for one in (writer, there_writer):
                self._writers.discard(one)
                one.transport.abort()

    async def _forward(self, reader: StreamReader, writer: StreamWriter) -> None:
        while data := await reader.read(65_536):
            await self.flows.wait()
            writer.write(data)
            await writer.drain()
        raise _Cut

    async def _return(self, reader: StreamReader, writer: StreamWriter) -> None:
        while data := await reader.read(65_536):
            await self.flows.wait()
            await self.answers.wait()
            if self.lose:
                self.lose -= 1
                self.lost.append(data)
                raise _Cut
            writer.write(data)
            await writer.drain()
        raise _Cut


class _Cut(Exception):
    """One side is gone, so the other is to go, too."""


@asynccontextmanager
async def proxy(host: str, port: int) -> AsyncIterator[Proxy]:
    """A proxy to a server, on a free port of the loopback interface."""
    between = Proxy(host, port)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.create_task(between.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    between.port = server.sockets[0].getsockname()[1]
    try:
        yield between
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
