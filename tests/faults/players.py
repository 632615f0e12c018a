"""Bots that play on while things break, in this process so that every moment can be looked at."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

from catbot.address import Address
from catbot.api import open_api
from catbot.attempts import Attempt
from catbot.bot import Venue
from catbot.crowd import Crowd
from catbot.histogram import Histogram
from catbot.history import open_history
from catbot.options import Options
from catbot.reconcile import Reconciliation, account_of, note_lists, reconcile
from msgspec import Struct

RAMP_S = 3.0
LIES = ("answer_changed", "code_changed", "caught_unasked", "refused_unasked", "violation")
"""What bots count as errors where the server contradicts itself or its protocol."""


class Seen(Struct, frozen=True):
    """How far the bots have come: who is on line, and what all of them have done so far."""

    online: int
    fixes: int
    catches: int
    coupons: int


class Pace(Struct, frozen=True):
    """What nine in ten stayed below, in milliseconds; see the bots' report for what is measured."""

    reveal_ms: float
    catch_ms: float


class Outcome(Struct, frozen=True):
    """What the bots know at the end."""

    players: int
    online: int
    """How many were on line when they were told to leave."""
    seen: Seen
    reconciliation: Reconciliation
    errors: dict[str, int]

    def complaints(self) -> list[str]:
        """What must not be."""
        told = self.reconciliation
        found = []
        if not told.holds or told.unasked:
            found += [f"not reconciled: {told}", *told.problems]
        if self.online < self.players:
            found.append(f"{self.players - self.online} of {self.players} players never came back")
        found += [f"{self.errors[lie]} times {lie}" for lie in LIES if lie in self.errors]
        return found


class Company:
    """The bots while they play. Made by `playing`."""

    def __init__(
        self, crowd: Crowd, venue: Venue, stop: asyncio.Event, task: asyncio.Task[float]
    ) -> None:
        self._crowd = crowd
        self._venue = venue
        self._stop = stop
        self._task = task

    def look(self) -> Seen:
        """How far they have come by now."""
        tally = self._crowd.honest
        return Seen(tally.online, tally.fixes, tally.catches, tally.coupons)

    def all_online(self) -> bool:
        """Whether everybody is on line."""
        return self._crowd.honest.online == self._crowd.honest.players

    def is_busy(self) -> bool:
        """Whether everybody is on line, and coupons are given."""
        return self.all_online() and self.look().coupons > self.look().online // 2

    def pace(self) -> Pace:
        """What was measured since the last call."""
        latencies = self._crowd.honest.latencies
        return Pace(
            reveal_ms=latencies.reveal.roll().percentile(0.9) or 0.0,
            catch_ms=latencies.catch.roll().percentile(0.9) or 0.0,
        )

    def owed(self) -> list[Attempt]:
        """The catches whose coupons were promised and have not come."""
        return [
            attempt
            for bot in self._crowd.bots
            for attempt in bot.player.attempts
            if is_pending(attempt)
        ]

    async def leave(self) -> Outcome:
        """End the game in order, and hold what every bot was told against what is kept."""
        online = self._crowd.honest.online
        self._stop.set()
        await self._task
        bots = [bot for bot in self._crowd.bots if bot.token is not None]
        reconciliation = await reconcile(
            self._venue.api,
            [
                account_of(bot.token, bot.player.attempts, is_new=bot.is_new)
                for bot in bots
                if bot.token is not None
            ],
        )
        assert self._venue.history is not None
        await note_lists(self._venue.api, self._crowd.known(), self._venue.history)
        return Outcome(
            players=self._crowd.honest.players,
            online=online,
            seen=self.look(),
            reconciliation=reconciliation,
            errors=dict(self._crowd.honest.errors),
        )


def is_pending(attempt: Attempt) -> bool:
    """Whether the catch's coupon was promised, and neither came nor was withdrawn."""
    coupon = attempt.coupon
    return coupon is not None and coupon.code is None and coupon.state == "pending"


def has_come(attempt: Attempt) -> bool:
    """Whether the catch's coupon is there."""
    return attempt.coupon is not None and attempt.coupon.code is not None


@asynccontextmanager
async def playing(url: str, players: int, seed: int, history: Path) -> AsyncIterator[Company]:
    """Bots that play until they are told to leave, or the block ends.

    What they are told is written to the file `history`, for `catcat audit --history`.
    """
    options = Options(url=url, players=players, ramp_s=RAMP_S, duration_s=math.inf, seed=seed)
    address = Address.parse(url)
    with open_history(history) as noted:
        async with open_api(address, None, Random(seed)) as api:
            places = await api.places()
            assert places is not None, "the town has no stores"
            crowd = Crowd(options, places)
            venue = Venue(address, None, api, Histogram(), noted)
            stop = asyncio.Event()
            task = asyncio.create_task(crowd.play(venue, stop))
            try:
                yield Company(crowd, venue, stop, task)
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
