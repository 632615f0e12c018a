"""Once a second: what this process counted, what all counted, and one event for all who watch.

A process says its second in Redis right after it is over, and makes the event of the second before,
which by then all have said. Where players are is looked at only while somebody watches, anywhere;
events are made only while somebody watches here.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import h3.api.basic_int as h3

from gameserver.game.lights import Light as LitCell
from gameserver.game.lights import light_cell, lights
from gameserver.gateway.street import Street
from gameserver.gateway.tally import Place, places
from gameserver.ledger.errors import LedgerError
from gameserver.ledger.screen import OpenedStore
from gameserver.live.errors import LiveError
from gameserver.live.live import Live
from gameserver.live.screens import Counted
from gameserver.screen.board import Board
from gameserver.screen.broadcast import Broadcast
from gameserver.screen.events import (
    Frame,
    Leader,
    Light,
    News,
    comment_frame,
    second_frame,
    start_frame,
)
from gameserver.screen.totals import RunningTotals

log = logging.getLogger(__name__)

CELLS_MOST = 4_000
"""Cells with players that a process speaks of, those with the most."""

_AFTER_THE_SECOND_S = 0.02
_NO_NEWS = comment_frame("no news")


class Sum(NamedTuple):
    """What all processes counted in a second."""

    players: int
    catches: int
    coupons: int
    lights: list[Light]


class Screen:
    """The big screen of one process."""

    def __init__(
        self, process: str, live: Live, street: Street, board: Board, totals: RunningTotals
    ) -> None:
        self._process = process
        self._live = live
        self._street = street
        self._board = board
        self._totals = totals
        self._is_watched = False
        self._last = Sum(0, 0, 0, [])
        self._last_second = 0
        self._start: Frame | None = None
        self._starting = asyncio.Lock()
        self._changed: frozenset[str] = frozenset()
        """What of the board no second has told of yet."""
        self.broadcast = Broadcast(self.start)

    async def follow(self, clock: Callable[[], int]) -> None:
        """Until cancelled: count every second. An outage only delays."""
        while True:
            await asyncio.sleep(1.0 - clock() % 1000 / 1000 + _AFTER_THE_SECOND_S)
            now_ms = clock()
            await self.tick(now_ms // 1000 - 1, now_ms)

    async def tick(self, over: int, now_ms: int) -> None:
        """The second `over` is over: say it, and tell of the one before."""
        watchers = self.broadcast.watchers
        counted = await self._count(now_ms)
        try:
            heard, before = await asyncio.gather(
                self._live.say_second(over, self._process, counted, watchers > 0),
                self._live.counted(over - 1) if watchers else _nothing(),
            )
        except LiveError as error:
            log.warning("the big screen has no news: %s", error)
            self.broadcast.publish(_NO_NEWS)
            return
        self._is_watched = heard.is_watched
        self._totals.heard(heard.totals)
        self._start = None
        if not watchers:
            return
        self._last, self._last_second = _sum(before), over - 1
        changed, self._changed = self._changed, frozenset()
        leaders = self._board.leaders if "leaders" in changed else None
        newest = self._board.newest if "newest" in changed else None
        news = self._news(self._last.lights, leaders, newest, None)
        self.broadcast.publish(second_frame(news))

    async def follow_books(self, clock: Callable[[], int]) -> None:
        """Until cancelled: read what is due in the books, while somebody watches here.

        Beside the seconds, which must not wait for a database that takes its time.
        """
        while True:
            await asyncio.sleep(1.0)
            if self.broadcast.watchers:
                await self.read_books(clock())

    async def read_books(self, now_ms: int) -> None:
        """Read what is due; the next second tells what has changed."""
        with _going_on():
            await self._totals.keep(now_ms)
            self._changed |= await self._board.keep(now_ms, self._totals.now.catches)

    async def start(self) -> Frame:
        """What a screen begins with, made once a second at most."""
        async with self._starting:
            if self._start is None:
                self._start = await self._made_start()
            return self._start

    async def _made_start(self) -> Frame:
        now_ms = self._street.clock()
        with _going_on():
            await self._totals.begin(now_ms)
            await self._board.keep(now_ms, self._totals.now.catches)
        if self._last_second < now_ms // 1000 - 2:  # nobody has watched here so far
            with _going_on():
                self._last = _sum(await self._live.counted(now_ms // 1000 - 2))
            self._last_second = now_ms // 1000 - 2
        board = self._board
        return start_frame(self._news([], board.leaders, board.newest, board.places))

    def _news(
        self,
        lit: list[Light],
        leaders: list[Leader] | None,
        newest: list[OpenedStore] | None,
        stores: list[tuple[float, float]] | None,
    ) -> News:
        last, totals = self._last, self._totals.now
        return News(
            second=self._last_second,
            now_ms=self._street.clock(),
            players=last.players,
            catches=totals.catches,
            coupons=totals.coupons,
            catches_per_s=last.catches,
            coupons_per_s=last.coupons,
            lights=lit,
            leaders=leaders,
            newest=newest,
            stores=stores,
        )

    async def _count(self, now_ms: int) -> Counted:
        street = self._street
        taken = street.tally.take()
        here = Counter[int]()
        if self._is_watched:
            async for some in places(street.roster.sessions, now_ms):
                here.update(_cells(some))
        return Counted(
            players=len(street.roster.sessions),
            catches=taken.catches,
            coupons=taken.coupons,
            here=dict(here.most_common(CELLS_MOST)),
            caught=Counter(_cells(taken.places)) if self._is_watched else {},
        )


@contextmanager
def _going_on() -> Iterator[None]:
    """What the stores do not tell now is shown as it was."""
    try:
        yield
    except (LedgerError, LiveError) as error:
        log.warning("the big screen is not up to date: %s", error)


async def _nothing() -> list[Counted]:
    return []


def _cells(some: Iterable[Place]) -> Iterable[int]:
    return (light_cell(lat, lon) for lat, lon in some)


def _sum(of_all: Sequence[Counted]) -> Sum:
    here, caught = Counter[int](), Counter[int]()
    for counted in of_all:
        here.update(counted.here)
        caught.update(counted.caught)
    return Sum(
        players=sum(counted.players for counted in of_all),
        catches=sum(counted.catches for counted in of_all),
        coupons=sum(counted.coupons for counted in of_all),
        lights=list(map(_light, lights(here, caught))),
    )


def _light(lit: LitCell) -> Light:
    lat, lon = h3.cell_to_latlng(lit.cell)
    edge_m = h3.average_hexagon_edge_length(h3.get_resolution(lit.cell), unit="m")
    return Light(round(lat, 4), round(lon, 4), round(edge_m), lit.catches)
