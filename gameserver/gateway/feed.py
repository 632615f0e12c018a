"""Keeps the world true: snapshots of the regions in view, then their feeds, and this process's
inbox, a few times a second, all in one round trip.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from time import perf_counter

from gameserver.gateway.street import SESSION_TTL_MS, Street
from gameserver.gateway.world import Changes
from gameserver.histogram import Histogram
from gameserver.live.errors import LiveError
from gameserver.live.feed import FeedEvent
from gameserver.live.live import Live
from gameserver.live.messages import Banned, InboxMessage, Replaced
from gameserver.live.messages import CouponChanged as CouponNews
from gameserver.protocol import CouponChanged

log = logging.getLogger(__name__)

READ_EVERY_S = 0.2
SNAPSHOTS_AT_ONCE = 8
IDLE_REGION_S = 60.0
KEEP_SESSIONS_EVERY_S = SESSION_TTL_MS / 1000.0 / 4.0
KEEP_CHUNK = 500
REPLACED = "a newer session of this player took over"


class Feed:
    """Follows the regions that the world's viewers can see."""

    def __init__(self, street: Street, live: Live, process: str) -> None:
        self._street = street
        self._live = live
        self._process = process
        self._inbox = "0-0"
        self._regions_due_s = 0.0
        self.rounds = Histogram()
        """Seconds per round."""

    async def follow(self) -> None:
        """Run until cancelled. Outages of Redis end in fresh snapshots, never in an exception."""
        while True:
            started_s = perf_counter()
            try:
                if started_s >= self._regions_due_s:
                    self._regions_due_s = started_s + self._street.pressure.relief.feeds_every_s
                    await self._load()
                    await self._read(self._cursors())
                    self._drop_idle(started_s)
                else:
                    # What was won is told at any load; what is new on the street can wait.
                    self._street.stats.shed["feeds"] += 1
                    await self._read({})
            except LiveError:
                self._lose_all()
                await asyncio.sleep(READ_EVERY_S)
            took_s = perf_counter() - started_s
            self.rounds.add(took_s)
            await asyncio.sleep(max(0.0, READ_EVERY_S - took_s))

    async def keep_sessions(self) -> None:
        """Renew this process's sessions, make new ones known, end those that moved elsewhere."""
        roster = self._street.roster
        while True:
            await asyncio.sleep(KEEP_SESSIONS_EVERY_S)
            roster.forget_the_gone(self._street.clock())
            sessions = list(roster.sessions.values())
            for start in range(0, len(sessions), KEEP_CHUNK):
                chunk = sessions[start : start + KEEP_CHUNK]
                try:
                    for session in chunk:
                        if not session.registered and not session.closed:
                            await self._street.register(session)
                    known = {
                        session.player: session
                        for session in chunk
                        if session.registered and session.player is not None
                    }
                    refs = [(player, self._street.ref(known[player])) for player in known]
                    for player in await self._live.keep_sessions(refs, SESSION_TTL_MS):
                        # Another process has the player, and its word of that did not get here;
                        # or the player has come back to this one meanwhile: that session stays.
                        known[player].fail("replaced", REPLACED)
                except LiveError:
                    break

    async def _load(self) -> None:
        """Bring in the regions that are wanted and not here yet."""
        world = self._street.world
        wanted = [name for name, region in world.regions.items() if region.cursor is None]
        for start in range(0, len(wanted), SNAPSHOTS_AT_ONCE):
            names = wanted[start : start + SNAPSHOTS_AT_ONCE]
            snapshots = await asyncio.gather(*(self._live.snapshot(name) for name in names))
            for name, snapshot in zip(names, snapshots, strict=True):
                if name in world.regions:
                    world.replace(name, snapshot.cats)
                    world.regions[name].cursor = snapshot.last_id

    def _cursors(self) -> dict[str, str]:
        return {
            name: region.cursor
            for name, region in self._street.world.regions.items()
            if region.cursor is not None
        }

    async def _read(self, cursors: dict[str, str]) -> None:
        """Read the regions' feeds from their cursors on, and the inbox."""
        world = self._street.world
        events = await self._live.read(cursors, (self._process, self._inbox))
        changes = Changes(world)
        for name, news in events.regions.items():
            region = world.regions.get(name)
            if region is None:
                continue
            for event in news:
                if event.cat is not None:
                    changes.appear(name, event.cat, event.left)
                else:
                    changes.vanish(event.cat_id)
                region.cursor = event.id
        changes.tell()
        self._time(events.regions)
        for name in events.lost:
            if name in world.regions:
                world.regions[name].cursor = None
        for entry, message in events.inbox:
            self._inbox = entry
            self._deliver(message)

    def _time(self, news: Mapping[str, Sequence[FeedEvent]]) -> None:
        """How old the news were when they were told. An event's id begins with Redis's clock."""
        told_ms = self._street.clock()
        times = self._street.stats.reveal_times
        for events in news.values():
            for event in events:
                made_ms = int(event.id.partition("-")[0])
                times.add(max(0, told_ms - made_ms) / 1000.0)

    def _deliver(self, message: InboxMessage) -> None:
        session = self._street.roster.sessions.get(message.player)
        if session is None:
            return
        match message:
            case Replaced():
                if session.session == message.session:
                    session.fail("replaced", REPLACED)
            case Banned():
                session.memory.is_known = False  # nothing more is kept of who is banned, or gone
                session.fail("banned", "this player is banned")
            case CouponNews():
                session.send(CouponChanged(message.attempt, message.coupon))

    def _lose_all(self) -> None:
        for region in self._street.world.regions.values():
            region.cursor = None

    def _drop_idle(self, now_s: float) -> None:
        world = self._street.world
        for name, region in list(world.regions.items()):
            if region.viewers > 0:
                region.idle_since = 0.0
            elif region.idle_since == 0.0:
                region.idle_since = now_s
            elif now_s - region.idle_since > IDLE_REGION_S:
                world.forget(name)
