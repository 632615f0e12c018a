"""The bots of one process: let them play, and look at their wallets at the end."""

import asyncio
import gc
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import msgspec

from catbot.address import Address
from catbot.api import Api, open_api
from catbot.bot import FIX_PERIOD_S, Venue
from catbot.crowd import Crowd
from catbot.history import History
from catbot.options import Options
from catbot.pace import grid_s
from catbot.reconcile import Reconciliation, account_of, compare, note_lists, read_wallets
from catbot.scores import Scores, Stopwatch
from catbot.walker import Places


class Part(msgspec.Struct, frozen=True):
    """What the bots of one process leave behind. `codes` are those found in their wallets."""

    scores: Scores
    reconciliation: Reconciliation
    codes: list[str]
    duration_s: float


class Troop:
    """All bots of a run whose number leaves `shard` when divided by the number of processes."""

    def __init__(self, options: Options, api: Api, places: Places, shard: int = 0) -> None:
        self._api = api
        self._options = options
        self._crowd = Crowd(options, places, shard)
        self._address = Address.parse(options.url)
        self._stopwatch = Stopwatch()
        self.scores = self._crowd.scores
        self.scores.failed_sign_ups = api.failed_sign_ups

    def look(self) -> Scores:
        """The scores by now."""
        self.scores.cpu_s = self._stopwatch.cpu_s()
        return self.scores

    async def play(self, history: History | None, stop: asyncio.Event) -> Part:
        """The whole of it: the phases or until `stop`, then the wallets."""
        venue = Venue(
            self._address,
            tls_for(self._address),
            self._api,
            self.scores.lag,
            history,
            grid_s(self._options.plan().peak / self._options.processes / FIX_PERIOD_S),
        )
        self._stopwatch = Stopwatch()
        lasted_s = await self._crowd.play(venue, stop)
        self.look()  # reading the wallets is no part of the load
        accounts = [
            account_of(bot.token, bot.player.attempts, is_new=bot.is_new)
            for bot in self._crowd.bots
            if bot.token is not None
        ]
        wallets = await read_wallets(self._api, accounts)
        if history is not None:
            await note_lists(self._api, self._crowd.known(), history)
        return Part(
            scores=self.scores,
            reconciliation=compare(wallets),
            codes=[c.code for w in wallets for c in w.coupons or () if c.code is not None],
            duration_s=lasted_s,
        )


@asynccontextmanager
async def open_api_of(options: Options) -> AsyncIterator[Api]:
    """The API of the server that the options name. Raises AddressError."""
    address = Address.parse(options.url)
    async with open_api(address, tls_for(address), Random(options.seed)) as api:
        yield api


def collect_seldom() -> None:
    """Let the garbage collector look for circles a hundred times less often in this process.

    Bots make hardly any, and each look at the lives of thousands of them stops all of them.
    """
    gc.set_threshold(70_000, 20, 100)


def tls_for(address: Address) -> ssl.SSLContext | None:
    """How to trust a server; None where it is spoken to in the clear."""
    return ssl.create_default_context() if address.secure else None
