"""The gateway of one process: lets sockets in, keeps them honest, sends them away at the end."""

import asyncio
from collections import Counter
from contextlib import suppress

from websockets.typing import Origin

from gameserver.codecs import Codec
from gameserver.gateway.doorman import WAITING_MOST, Hall
from gameserver.gateway.house import Line, Wire
from gameserver.gateway.pressure import BEAT_S, TURNED_AWAY_MOST, retry_after_ms
from gameserver.gateway.session import Session
from gameserver.gateway.socket import IDLE_CUT_S, IDLE_PING_S
from gameserver.gateway.street import Street
from gameserver.protocol import (
    CLOSE_CODES,
    Close,
)

SWEEP_EVERY_S = 5.0
ANSWER_WITHIN_S = 1.0
"""How long the last ones have to answer their close frame."""

CLIENTS_OWN = 3000
"""The first of the close codes that a client may choose freely."""

SPREAD_S = 3.0
"""At a restart the players are sent away over this long, so that they don't all return at once."""


class Limits:
    """How many sockets there may be: in all, and from one address (0: no limit)."""

    def __init__(self, sockets: int, per_address: int) -> None:
        self.sockets = sockets
        self.per_address = per_address


class Gateway:
    """All sockets of this process. The `House` that they live in."""

    def __init__(self, street: Street, limits: Limits, origins: list[str]) -> None:
        self.street = street
        self.origins: list[Origin | None] | None = None
        if origins:
            # None stands for clients that are no browsers: they send no Origin.
            self.origins = [None, *(Origin(origin) for origin in origins)]
        self._limits = limits
        self._sockets: set[Wire] = set()
        self._turned_away: set[Wire] = set()
        """Sockets without a session that are being told to come back later."""
        self._addresses: Counter[str] = Counter()
        self._empty = asyncio.Event()
        self.draining = False
        self.hall = Hall(WAITING_MOST)
        """Connections of which nobody knows yet what they want, sockets or anything else."""
        self.too_many = 0
        """Handshakes refused because their address has all the sockets that it may have."""

    def __len__(self) -> int:
        return len(self._sockets)

    # --- the house of the sockets ---

    def make_session(self, line: Line, codec: Codec) -> Session:
        """A session for a socket whose handshake is done."""
        return Session(self.street, line, codec)

    def refuses(self, address: str) -> tuple[int, str] | None:
        """An HTTP status and reason where no new socket is let in, else None."""
        if self.draining:
            return 503, "restarting\n"
        if len(self._turned_away) >= TURNED_AWAY_MOST and self._is_full:
            self.street.stats.shed["sockets"] += 1
            return 503, "overloaded\n"
        here = self._addresses[address]
        if self._limits.per_address and here >= self._limits.per_address:
            self.too_many += 1
            return 429, "too many connections from this address\n"
        return None

    def turns_away(self, socket: Wire) -> int | None:
        """In how many ms a socket is to come back for which there is no room; None: there is."""
        if not self._is_full:
            self.street.pressure.let_in()
            return None
        self._turned_away.add(socket)
        self.street.stats.shed["sockets"] += 1
        return retry_after_ms(self.street.rng)

    @property
    def _is_full(self) -> bool:
        return self.street.pressure.turns_away(len(self._sockets), self._limits.sockets)

    def opened(self, socket: Wire) -> None:
        """A socket has its session."""
        self._sockets.add(socket)
        self._addresses[socket.address] += 1

    def closed(self, socket: Wire, code: int | None) -> None:
        """A socket is gone: one of a player, or one that was turned away."""
        if socket in self._sockets:
            self._sockets.discard(socket)
            if not self._sockets:
                self._empty.set()
            self._addresses[socket.address] -= 1
            if self._addresses[socket.address] <= 0:
                del self._addresses[socket.address]
        elif socket in self._turned_away:
            self._turned_away.discard(socket)
        else:
            return
        counts = self.street.stats.closed
        name = _counted(code or 1006)
        counts[name] = counts.get(name, 0) + 1

    # --- housekeeping ---

    async def watch(self) -> None:
        """Until cancelled: measure how late the loop is, and shed work by that."""
        loop = asyncio.get_running_loop()
        while True:
            due_s = loop.time() + BEAT_S
            await asyncio.sleep(BEAT_S)
            self.street.pressure.beat(max(0.0, loop.time() - due_s))

    async def sweep(self) -> None:
        """Until cancelled: ping sockets that are silent, cut those that stay so."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(SWEEP_EVERY_S)
            now_s = loop.time()
            for socket in list(self._sockets):
                if socket.heard:
                    socket.heard, socket.heard_s = False, now_s
                    continue
                silent_s = now_s - socket.heard_s
                if silent_s > IDLE_CUT_S:
                    socket.abort()
                elif silent_s > IDLE_PING_S:
                    socket.ping()

    async def drain(self) -> None:
        """Let nobody in any more and send everybody away, spread over SPREAD_S; then wait a bit."""
        self.draining = True
        sockets = list(self._sockets)
        turns = 30
        for turn in range(turns):
            for socket in sockets[turn::turns]:
                if socket.session is not None:
                    socket.session.close(Close.RESTARTING, "restarting")
            await asyncio.sleep(SPREAD_S / turns if sockets else 0.0)
        if self._sockets:
            self._empty.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_WITHIN_S):
                    await self._empty.wait()
        for socket in list(self._sockets):
            socket.abort()


def _counted(code: int) -> int:
    """The code that a close is counted under: clients make up their own, which share one."""
    return code if code < CLIENTS_OWN or code in CLOSE_CODES else CLIENTS_OWN
