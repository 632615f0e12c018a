"""One bot: a player's mind on a socket, from sign-up to goodbye.

One task per bot spans its whole life and mostly sleeps; messages and ticks are plain callbacks,
and one timetable has the times of all bots.
Times are read from `time.monotonic`, since a loop's own clock may tick in whole milliseconds.
"""

import asyncio
import math
import ssl
import time
from random import Random

import msgspec

from catbot.address import Address
from catbot.api import Api, ApiError
from catbot.connection import Closed, Connection, Ears, UnreachableError, dial
from catbot.histogram import Histogram
from catbot.history import History
from catbot.pace import Beat, on_grid
from catbot.player import Lips, Player
from catbot.reconnect import Backoff, away_s, policy_of
from catbot.timetable import Timetable
from catbot.wire import (
    Catch,
    ClientMessage,
    Hello,
    Notice,
    Reader,
    ServerMessage,
    Welcome,
    WireError,
    encode,
)

FIX_PERIOD_S = 1.0
_WELCOME_S = 15.0
_CLIENT = "catbot"


class Venue(msgspec.Struct, frozen=True):
    """What all bots of a run share. `lag` takes how late this process does what was due,
    `history` what it is told about money, if anybody wants that. Fixes are sent at whole numbers of
    `grid_s`.
    """

    address: Address
    tls: ssl.SSLContext | None
    api: Api
    lag: Histogram
    history: History | None = None
    grid_s: float = 0.001
    timetable: Timetable = msgspec.field(default_factory=Timetable)
    reader: Reader = msgspec.field(default_factory=Reader)


class Bot:
    """Plays until it is told to stop or the server sends it away for good."""

    __slots__ = (
        "_beat",
        "_connection",
        "_dialled_s",
        "_is_awaited",
        "_is_welcome",
        "_leaving",
        "_loop",
        "_rng",
        "_stays_away_s",
        "_venue",
        "_wakes_s",
        "_was_welcome",
        "due_s",
        "id",
        "is_new",
        "player",
        "token",
    )

    def __init__(self, player: Player, venue: Venue, rng: Random, token: str | None = None) -> None:
        self.player = player
        self.token = token
        self.is_new = token is None
        self.id: str | None = None  # as the first welcome says
        self.due_s = time.monotonic()  # when it was to come, or when it lost its session
        self._venue = venue
        self._rng = rng
        self._loop = asyncio.get_running_loop()
        self._beat: Beat | None = None
        self._wakes_s = math.inf  # what it waits for on the timetable
        self._connection: Connection | None = None
        self._dialled_s = 0.0
        self._is_awaited = True  # it should play and has no session
        self._is_welcome = False
        self._was_welcome = False
        self._leaving = False
        self._stays_away_s = 0.0

    async def play(self) -> None:
        """Sign up if need be, then play and come back as the close codes say."""
        tally = self.player.tally
        if self.token is None:
            try:
                self.token = (await self._venue.api.sign_up()).token
            except ApiError:
                tally.errors["sign_up"] += 1
                return
        backoff = Backoff(self._rng)
        while not self._leaving:
            try:
                closed = await self._session(self.token)
            except UnreachableError as error:
                tally.failed_connects[error.reason] += 1
                await asyncio.sleep(backoff.wait_s(error.retry_after_s))
                continue
            if self._is_welcome:
                backoff.reset()
            if not self._comes_back_after(closed):
                self._is_awaited = False
                return
            await asyncio.sleep(backoff.wait_s(self._stays_away_s))

    def rest(self) -> None:
        """Start no more catches."""
        self.player.rest()

    def leave(self) -> bool:
        """Say goodbye, after which `play` returns; False where there is nobody to say it to."""
        now_s = time.monotonic()
        self._leaving = True
        self._wakes_s = math.inf
        self.player.gave_up(now_s)
        self._record_absence(now_s)
        if self._connection is None:
            return False
        self._connection.close()
        return True

    async def _session(self, token: str) -> Closed:
        """One connection, from dialling to its end. Raises UnreachableError."""
        self._is_welcome = False
        self._stays_away_s = 0.0
        self._dialled_s = time.monotonic()
        ears = Ears(self._hear, self._hear_pong)
        connection = await dial(self._venue.address, ears, self._venue.tls)
        self._connection = connection
        try:
            connection.send(encode(Hello(token, _CLIENT)))
            hello = self._loop.call_later(_WELCOME_S, self._give_up_on_welcome)
            try:
                return await connection.closed
            finally:
                hello.cancel()
        finally:
            connection.abort()
            self._connection = None
            self._gone()

    def _give_up_on_welcome(self) -> None:
        if not self._is_welcome and self._connection is not None:
            self._connection.breach("no welcome in time")

    def _gone(self) -> None:
        now_s = time.monotonic()
        if self._is_welcome:
            self.player.tally.online -= 1
            self.due_s, self._is_awaited = now_s, not self._leaving
        self.player.lost(now_s)
        self._wakes_s = math.inf

    def _comes_back_after(self, closed: Closed) -> bool:
        """Count how a session ended and say whether to start another."""
        tally = self.player.tally
        if closed.violation is not None:
            tally.errors["violation"] += 1
            tally.disconnects[closed.code] += 1
            return True
        if self._leaving and (closed.by_us or closed.code == 1000):
            return False
        policy = policy_of(closed.code)
        tally.disconnects[closed.code] += 1
        if policy.is_error:
            tally.errors[f"closed_{closed.code}"] += 1
        return policy.comes_back and not self._leaving

    # what the socket hears

    def _hear(self, payload: bytes) -> None:
        now_s = time.monotonic()
        self.player.tally.heard += 1
        try:
            message = self._venue.reader.decode(payload)
        except WireError as error:
            self._breach(f"unreadable: {error}")
            return
        if self._is_welcome:
            if self._venue.history is not None:
                assert self.id is not None, "nobody is told anything before the welcome"
                self._venue.history.heard(self.id, message)
            self.player.hear(message, now_s)
            self._wait()
        else:
            self._hear_first(message, now_s)

    def _hear_first(self, message: ServerMessage, now_s: float) -> None:
        if not isinstance(message, Welcome):
            if isinstance(message, Notice):
                self._stays_away_s = away_s(message)
            # An error may come first: the player counts it, and the close that follows decides.
            self.player.hear(message, now_s)
            return
        tally = self.player.tally
        self._is_welcome = True
        tally.online += 1
        self._record_absence(now_s)
        if not self._was_welcome:
            tally.welcomed += 1
        if self._venue.history is not None and not self._was_welcome:
            self._venue.history.joined(message.player, is_new=self.is_new)
        self._was_welcome = True
        self.id = message.player
        tally.latencies.connect.record((now_s - self._dialled_s) * 1000)
        self.player.welcomed(message, Lips(self._say, self._ping), now_s)
        # The first tick was just now; the phase is each bot's own, so that they do not all
        # send at once after a restart.
        first_s = now_s + self._rng.uniform(0.5, 1.5) * FIX_PERIOD_S
        self._beat = Beat(on_grid(first_s, self._venue.grid_s), FIX_PERIOD_S)
        self._wakes_s = math.inf
        self._wait()

    def _record_absence(self, now_s: float) -> None:
        """It has a session (again), or gives up waiting for one: so long it took, at the least. If
        only those who got in were counted, a server that lets nobody in would look quick.
        """
        if self._is_awaited:
            self._is_awaited = False
            latencies = self.player.tally.latencies
            absence = latencies.back if self._was_welcome else latencies.arrival
            absence.record((now_s - self.due_s) * 1000)

    def _hear_pong(self, payload: bytes) -> None:
        self.player.pong(payload, time.monotonic())

    def _breach(self, violation: str) -> None:
        if self._connection is not None:
            self._connection.breach(violation)

    # the clock

    def _wait(self) -> None:
        assert self._beat is not None
        due_s = min(self._beat.due_s, self.player.due_s)
        if due_s < self._wakes_s and not self._leaving:
            self._wakes_s = due_s
            self._venue.timetable.at(due_s, self._on_time)

    def _on_time(self, due_s: float, now_s: float) -> None:
        if due_s != self._wakes_s:
            return  # it waits for something else by now
        self._wakes_s = math.inf
        self._venue.lag.record((now_s - due_s) * 1000)
        beat, player, connection = self._beat, self.player, self._connection
        assert beat is not None
        assert connection is not None, "without one nothing is waited for"
        connection.gather()
        try:
            beat_s = beat.due_s
            # It may be a hair early.
            if beat_s <= now_s + 0.001:
                player.tally.fixes_skipped += beat.tick(now_s)
                player.tick(now_s, min(beat_s, now_s))
            if player.due_s <= now_s + 0.001:
                player.wake(now_s)
        finally:
            connection.flush()
        self._wait()

    def _say(self, message: ClientMessage) -> bool:
        connection = self._connection
        if connection is None or not connection.send(encode(message)):
            return False
        self.player.tally.said += 1
        if self._venue.history is not None and isinstance(message, Catch):
            assert self.id is not None, "nobody throws before the welcome"
            self._venue.history.sent(self.id, message)
        return True

    def _ping(self, payload: bytes) -> bool:
        return self._connection is not None and self._connection.ping(payload)
