"""One stream of frames, and everybody who reads it.

A reader costs a task and a write per frame. Who is slow misses frames and is told all anew; who
does not read at all is cut off (`gameserver/http/event_stream.py`).
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable

from gameserver.screen.events import Frame

WATCHERS_MOST = 200
"""Readers of one process."""

FROM_ONE_ADDRESS = 50
"""Readers of one address, so that nobody alone can take all places. A proxy is one, too."""


class Broadcast:
    """Hands every frame to every reader."""

    def __init__(self, start: Callable[[], Awaitable[Frame]]) -> None:
        """`start` makes the frame that a reader begins with."""
        self._start = start
        self._frame: Frame | None = None
        self._number = 0
        self._told = asyncio.Event()
        self._is_closed = False
        self._by_address = Counter[str]()
        self.watchers = 0

    @property
    def is_closed(self) -> bool:
        """Whether the server is going down."""
        return self._is_closed

    def is_full(self, address: str) -> bool:
        """Whether there is no room for another reader from there."""
        return self.watchers >= WATCHERS_MOST or self._by_address[address] >= FROM_ONE_ADDRESS

    def publish(self, frame: Frame) -> None:
        """Give the frame to all who wait for one."""
        self._frame = frame
        self._number += 1
        self._wake()

    def close(self) -> None:
        """End all readers' streams."""
        self._is_closed = True
        self._wake()

    async def frames(self, address: str) -> AsyncGenerator[Frame, None]:
        """A reader's frames, from the one to start with; to be closed by whoever reads them."""
        if self.is_full(address):
            return
        self.watchers += 1
        self._by_address[address] += 1
        try:
            while not self._is_closed:
                number = self._number
                yield await self._start()
                while not self._is_closed:
                    if self._number == number:
                        await self._told.wait()
                    if self._is_closed or self._number != number + 1 or self._frame is None:
                        break
                    number += 1
                    yield self._frame
        finally:
            self.watchers -= 1
            self._by_address[address] -= 1
            self._by_address += Counter()  # forgets who has none left

    def _wake(self) -> None:
        self._told.set()
        self._told = asyncio.Event()
