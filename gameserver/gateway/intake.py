"""How much is read from one phone: a bite per turn of the loop, and nothing while it rests."""

import asyncio
from collections.abc import Callable

BITE = 1024
"""So many bytes of one phone are taken in per turn of the loop: a flood makes nobody wait for all
of it, and nothing of it is looked at once its end is decided."""

_NOTHING = memoryview(b"")


class Intake:
    """Lets a transport read, or not. `chew` takes in one bite."""

    __slots__ = ("_chew", "_held", "_loop", "_resting", "_transport")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        transport: asyncio.Transport,
        chew: Callable[[bytes], None],
    ) -> None:
        self._loop = loop
        self._transport = transport
        self._chew = chew
        self._held = _NOTHING
        self._resting: asyncio.TimerHandle | None = None

    def take(self, data: bytes) -> None:
        """Take in so many bytes that they are several bites; read no more until that is done."""
        self._transport.pause_reading()
        self._held = memoryview(data)
        self._next_bite()

    def drop(self) -> None:
        """Look at nothing more of what was read."""
        self._held = _NOTHING

    def rest(self, for_s: float) -> None:
        """Read nothing for this long: what the phone sends waits on its side."""
        if self._transport.is_closing():
            return
        if self._resting is None:
            self._transport.pause_reading()
        else:
            self._resting.cancel()
        self._resting = self._loop.call_later(for_s, self._rested)

    def end(self) -> None:
        """The connection is gone."""
        self.drop()
        if self._resting is not None:
            self._resting.cancel()

    def _next_bite(self) -> None:
        bite, self._held = self._held[:BITE], self._held[BITE:]
        if bite:
            self._chew(bytes(bite))
        if self._held:
            self._loop.call_soon(self._next_bite)
        else:
            self._let_read()

    def _rested(self) -> None:
        self._resting = None
        self._let_read()

    def _let_read(self) -> None:
        if self._resting is None and not self._held and not self._transport.is_closing():
            self._transport.resume_reading()
