"""Server-sent events as an HTTP response: the frames of a broadcast, to one reader."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload

from gameserver.screen.events import GZIP_HEAD, Frame

EVENT_STREAM = "text/event-stream"

STUCK_S = 15.0

UNSENT_MOST = 16 * 1024
"""Bytes that wait for a slow reader before it misses frames, beside the kernel's own buffers."""

Frames = Callable[[], AsyncGenerator[Frame, None]]


def event_stream(request: web.Request, frames: Frames, stuck_s: float = STUCK_S) -> web.Response:
    """A response that goes on until the reader or the server goes.

    A reader whose connection takes nothing for `stuck_s` is cut off.
    """
    takes_gzip = "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, "")
    headers = {hdrs.CONTENT_TYPE: EVENT_STREAM, "X-Accel-Buffering": "no"}
    if takes_gzip:
        headers[hdrs.CONTENT_ENCODING] = "gzip"
    body = _Stream(frames, request.transport, takes_gzip, stuck_s)
    response = web.Response(body=body, headers=headers)
    response.headers.add(hdrs.VARY, hdrs.ACCEPT_ENCODING)
    return response


class _Stream(Payload):
    """Written after the request has been answered for all that the rest of the server knows."""

    def __init__(
        self,
        frames: Frames,
        transport: asyncio.Transport | None,
        is_packed: bool,
        stuck_s: float,
    ) -> None:
        super().__init__(frames, content_type=EVENT_STREAM)
        self._frames = frames
        self._transport = transport
        self._is_packed = is_packed
        self._stuck_s = stuck_s

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Never: it has no end."""
        raise TypeError("a stream of events is no text")

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Send frames until there are none, or nobody takes them. ConnectionError."""
        head = GZIP_HEAD if self._is_packed else b""
        if self._transport is not None:
            self._transport.set_write_buffer_limits(UNSENT_MOST)
        async with aclosing(self._frames()) as frames:
            async for frame in frames:
                piece = head + (frame.packed if self._is_packed else frame.plain)
                head = b""
                try:
                    async with asyncio.timeout(self._stuck_s):
                        await writer.write(piece)
                        await writer.drain()
                except TimeoutError as error:
                    if self._transport is not None:
                        self._transport.abort()
                    raise ConnectionResetError("nobody reads the events") from error
