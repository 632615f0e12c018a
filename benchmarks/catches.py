"""What a catch with a coupon costs the game server, its ledger included, and its Redis.

Every player stands beside cats that nobody else sees. A round: all say where they are and aim,
which is not measured; then each throws once, and hears `caught` when the coupon is committed.
Measured is from the first throw until the feed has brought what changed. The cats are of a kind
that no throw misses, and nobody puts new ones out.
"""

import asyncio
import socket
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from random import Random

import msgpack
from msgspec import Struct

from benchmarks.city import HOUR_MS, City, corners, empty_city, put_out
from benchmarks.frames import FixFrame, frame
from benchmarks.load import TICK_S, Pace
from benchmarks.phones import TYPE_AT, Phone, Tally, connect
from benchmarks.processes import Process, cpu_s, started, until
from gameserver.game.geo import region_of
from gameserver.game.model import Cat, Reservation
from gameserver.game.spawning import new_cat_id
from gameserver.ledger.campaigns import Campaign, NewCampaign
from gameserver.ledger.ledger import Ledger
from gameserver.ledger.stores import NewStore, Store

IN_FLIGHT = 200
AIM_S = 0.6
"""Longer than the rules' `aim_min_ms`; with the way to the next cat, longer than `cool_down_ms`."""

TAIL_S = 0.3
"""After the last `caught`: a turn of the feed, which tells the others that the cats are gone."""

SETTING_OUT_PER_S = 4_000.0
RESERVED_AT_ONCE = 500
KIND = "certain"
"""A species that the server does not know: every throw hits."""

ELSEWHERE = (48.0, 11.0)
"""Where the store of all cats is, for the keeper to leave their regions alone."""


class Round(Struct, frozen=True):
    """One round of catches."""

    catches: int
    per_s: float
    cpu_us: float
    redis_cpu_us: float
    latencies_s: list[float]


class Hunter(Phone):
    """A player who catches cats of its own, one a round."""

    def __init__(
        self, tally: Tally, token: str, caught: Callable[[float], None], sock: socket.socket
    ) -> None:
        super().__init__(tally, token, sock)
        self.place = (0.0, 0.0)
        self.cats: deque[str] = deque()
        self._caught = caught
        self._throw: bytes | None = None
        self._due_s = 0.0

    @property
    def is_ready(self) -> bool:
        """Has it a ticket?"""
        return self._throw is not None

    def aim(self) -> None:
        """Aim at the next cat."""
        self.send(frame({"type": "aim", "cat": self.cats[0]}))

    def throw(self, due_s: float) -> None:
        """Throw at the cat that was aimed at; the latency counts from when that was due."""
        assert self._throw is not None
        self._due_s = due_s
        self.send(self._throw)
        self._throw = None

    def message(self, data: bytes, start: int, end: int) -> None:
        """A ticket or a catch."""
        if data.startswith(b"encounter", start + TYPE_AT):
            ticket = msgpack.unpackb(data[start:end])["ticket"]
            cat = self.cats.popleft()
            attempt = f"attempt-{len(self.cats):04}"
            self._throw = frame({"type": "catch", "attempt": attempt, "cat": cat, "ticket": ticket})
        elif data.startswith(b"caught", start + TYPE_AT):
            if msgpack.unpackb(data[start:end])["coupon"]["code"] is None:
                self.tally.refused.append("the coupon is still to come")
            self._caught(time.perf_counter() - self._due_s)
        elif data.startswith(b"refused", start + TYPE_AT):
            self.tally.refused.append(msgpack.unpackb(data[start:end])["reason"])
        else:
            super().message(data, start, end)


class Hunt:
    """All players of a server, and the catches that are under way."""

    def __init__(self, server: Process, place: City) -> None:
        self.tally = Tally()
        self.hunters: list[Hunter] = []
        self._server = server
        self._place = place
        self._waiting: deque[Hunter] = deque()
        self._latencies_s: list[float] = []

    async def join(self, places: list[tuple[float, float]], cats: list[list[str]]) -> None:
        """A player for each place, with the cats that are there."""
        tokens = [self._place.token(f"hunter-{number}") for number in range(len(places))]
        makers = [partial(Hunter, self.tally, token, self._caught) for token in tokens]
        self.hunters = await connect(self._server, makers)
        await until(lambda: self.tally.welcomed == len(self.hunters))
        for hunter, at, here in zip(self.hunters, places, cats, strict=True):
            hunter.place = at
            hunter.cats.extend(here)
        await self._say_where()
        seen = -1
        while seen != self.tally.octets:  # until all views are there
            seen = self.tally.octets
            await asyncio.sleep(1.0)

    async def at_once(self, in_flight: int = IN_FLIGHT) -> Round:
        """A round with so many catches under way: whenever one is caught, the next one throws."""
        await self._get_ready()
        self._waiting.extend(self.hunters)
        before = self._mark()
        start_s = time.perf_counter()
        for _ in range(in_flight):
            self._waiting.popleft().throw(start_s)
        return await self._finish(start_s, before)

    async def at(self, per_s: float) -> Round:
        """A round at a rate, whatever the server does."""
        await self._get_ready()
        before = self._mark()
        pace = Pace(len(self.hunters), per_s)
        while pace.sent < pace.count:
            due = pace.due()
            while pace.sent < due:
                self.hunters[pace.sent].throw(pace.due_s(pace.sent))
                pace.sent += 1
            await asyncio.sleep(TICK_S)
        return await self._finish(pace.start_s, before)

    def leave(self) -> None:
        """Hang up, all of them."""
        for hunter in self.hunters:
            hunter.close()

    def _caught(self, latency_s: float) -> None:
        self._latencies_s.append(latency_s)
        if self._waiting:
            self._waiting.popleft().throw(time.perf_counter())

    def _mark(self) -> tuple[float, float]:
        self._latencies_s = []
        return self._server.cpu_s(), cpu_s(self._place.redis_pid)

    async def _finish(self, start_s: float, before: tuple[float, float]) -> Round:
        count = len(self.hunters)
        await until(lambda: len(self._latencies_s) + len(self.tally.refused) >= count)
        if self.tally.refused or self.tally.closed or self.tally.dropped:
            raise RuntimeError(f"not everybody caught a cat: {self.tally.refused[:3]}")
        took_s = time.perf_counter() - start_s
        await asyncio.sleep(TAIL_S)
        return Round(
            catches=count,
            per_s=count / took_s,
            cpu_us=(self._server.cpu_s() - before[0]) / count * 1e6,
            redis_cpu_us=(cpu_s(self._place.redis_pid) - before[1]) / count * 1e6,
            latencies_s=self._latencies_s,
        )

    async def _get_ready(self) -> None:
        await self._say_where()
        await self._paced(Hunter.aim)
        await until(lambda: all(hunter.is_ready for hunter in self.hunters))
        await asyncio.sleep(AIM_S)

    async def _say_where(self) -> None:
        octets = FixFrame()

        def say(hunter: Hunter) -> None:
            hunter.send(octets.at(*hunter.place, time.time_ns() // 1_000_000))

        await self._paced(say)

    async def _paced(self, act: Callable[[Hunter], None]) -> None:
        for number, hunter in enumerate(self.hunters, 1):
            act(hunter)
            if number % 40 == 0:
                await asyncio.sleep(40 / SETTING_OUT_PER_S)


@asynccontextmanager
async def hunting(core: int, rounds: int) -> AsyncIterator[Hunt]:
    """A server on a core, whose players have a cat with a coupon for each round."""
    async with empty_city() as (place, ledger, live):
        rng = Random(11)
        places = corners()
        store, campaign = await _open_campaign(ledger, len(places) * rounds)
        cats = [[_cat(at, store, campaign, rng) for _ in range(rounds)] for at in places]
        every = [cat for here in cats for cat in here]
        await _reserve(ledger, every)
        await put_out(live, every)
        async with started(core, *place.serve) as server:
            hunt = Hunt(server, place)
            await hunt.join(places, [[cat.id for cat in here] for here in cats])
            try:
                yield hunt
            finally:
                hunt.leave()


async def _open_campaign(ledger: Ledger, stock: int) -> tuple[Store, Campaign]:
    merchant = (await ledger.merchants.add_merchant("Bakery")).id
    lat, lon = ELSEWHERE
    place = NewStore(name="Bakery", lat=lat, lon=lon, timezone="Asia/Singapore")
    store = await ledger.merchants.create_store(merchant, place)
    wanted = NewCampaign(title="A bun", kind="gift", stock=stock)
    campaign = await ledger.merchants.create_campaign(merchant, wanted)
    assert isinstance(store, Store)
    assert isinstance(campaign, Campaign)
    return store, campaign


def _cat(at: tuple[float, float], store: Store, campaign: Campaign, rng: Random) -> Cat:
    now_ms = time.time_ns() // 1_000_000
    return Cat(
        id=new_cat_id(region_of(*at), now_ms, rng),
        species=KIND,
        store=store.id,
        store_name=store.name,
        lat=round(at[0], 6),
        lon=round(at[1], 6),
        expires_ms=now_ms + HOUR_MS,
        catches=1,
        catch_m=store.catch_m,
        campaign=campaign.id,
        title=campaign.title,
    )


async def _reserve(ledger: Ledger, cats: list[Cat]) -> None:
    now_ms = time.time_ns() // 1_000_000
    for start in range(0, len(cats), RESERVED_AT_ONCE):
        some = cats[start : start + RESERVED_AT_ONCE]
        wanted = [Reservation(cat.id, cat.campaign or "", 1, cat.expires_ms) for cat in some]
        assert all(await ledger.coupons.reserve(wanted, now_ms))
