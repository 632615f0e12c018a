"""What followers of regions hear: a snapshot once, then every event after it; and the inbox.

An event names the one before it, or none where a claim made it. A follower that finds neither the
event at its cursor nor one that follows it has missed events (they were trimmed, or Redis lost
them) and takes a snapshot again.
"""

import asyncio
import logging
from asyncio import Future
from collections.abc import Mapping
from secrets import token_hex
from typing import Literal, cast

import msgspec
from msgspec import Struct

from gameserver.game.model import Cat
from gameserver.live import keys
from gameserver.live.cats import Cats
from gameserver.live.messages import InboxMessage, decode_message, encode
from gameserver.live.scripts import load

START = "0-0"
"""The cursor before the first event of a feed, or the first message of an inbox."""

EVENTS_MAX = 500
"""Events of a region, and messages of an inbox, in one read; the next read has the rest."""

log = logging.getLogger(__name__)

OPEN = load("open_feed")
TELL = load("tell")

Entry = tuple[bytes, list[bytes]]
"""A stream's entry as Redis sends it."""

_decode = msgspec.msgpack.Decoder(Cat).decode


class Snapshot(Struct, frozen=True):
    """The cats of a region that can be caught, each with the catches left in it.

    Events after `last_id` bring it up to date; they may tell of what it already shows.
    """

    last_id: str
    cats: list[tuple[Cat, int]]


class FeedEvent(Struct, frozen=True):
    """A cat can be caught from now on, or cannot any more. `cat` is None if it vanished.

    Cats that vanished together have one `id`.
    """

    id: str
    kind: Literal["appear", "vanish"]
    cat_id: str
    cat: Cat | None
    left: int


class Events(Struct, frozen=True):
    """What came since the last read. The last id of each list is the cursor for the next.

    A region with nothing new has no list. The `lost` regions are to be taken a snapshot of.
    """

    regions: dict[str, list[FeedEvent]]
    inbox: list[tuple[str, InboxMessage]]
    lost: set[str]


class Feeds(Cats):
    """Calls of those who follow regions."""

    async def snapshot(self, region: str, now_ms: int = 0) -> Snapshot:
        """The region's cats that can be caught and do not expire before `now_ms`."""
        # The id comes first: what happens during the scan is told by events after it.
        last = await self._redis.run(OPEN, [keys.of_region(region).feed], [])
        cats = await self.census(region)
        return Snapshot(
            cast(bytes, last).decode(),
            [(cat, left) for cat, left in cats if left > 0 and cat.expires_ms > now_ms],
        )

    async def read(
        self, cursors: Mapping[str, str], inbox: tuple[str, str] | None = None
    ) -> Events:
        """What came after the cursors: per region an event id or a snapshot's `last_id`.

        `inbox` is a process and the id of the message it read last. Returns at once.
        """
        feeds = [self._following(region, cursor) for region, cursor in cursors.items()]
        mail = [self._mail(*inbox)] if inbox else []
        replies = cast(list[list[Entry]], await asyncio.gather(*feeds, *mail))
        events: dict[str, list[FeedEvent]] = {}
        lost: set[str] = set()
        for (region, cursor), entries in zip(cursors.items(), replies, strict=False):
            if not _follows(cursor, entries):
                lost.add(region)
            elif found := [_events(*entry) for entry in entries if _is_news(cursor, entry)]:
                events[region] = [event for news in found for event in news]
        messages = await self._opened(inbox[0], replies[-1]) if inbox else []
        return Events(events, messages, lost)

    async def _opened(self, process: str, entries: list[Entry]) -> list[tuple[str, InboxMessage]]:
        """The messages; what a newer process wrote and this one does not understand is dropped."""
        messages: list[tuple[str, InboxMessage]] = []
        for id, fields in entries:
            try:
                messages.append((id.decode(), decode_message(fields[1])))
            except msgspec.MsgspecError:
                log.warning("a message in the inbox is of an unknown kind")
                await self._redis.send(keys.inbox(process), "XDEL", keys.inbox(process), id)
        return messages

    def _following(self, region: str, cursor: str) -> "Future[object]":
        """The event at the cursor, which says that it is still there, and those after it."""
        key = keys.of_region(region).feed
        return self._redis.send(key, "XRANGE", key, cursor, "+", "COUNT", EVENTS_MAX)

    def _mail(self, process: str, last: str) -> "Future[object]":
        key = keys.inbox(process)
        return self._redis.send(key, "XRANGE", key, f"({last}", "+", "COUNT", EVENTS_MAX)

    async def tell(self, process: str, message: InboxMessage) -> None:
        """Put a message into a process's inbox. Messages may be lost, if nobody reads them."""
        nonce = token_hex(8)
        await self._redis.run(
            TELL,
            (keys.inbox(process), keys.told(process, nonce)),
            (encode(message), keys.INBOX_LENGTH),
        )

    async def drop_inbox(self, process: str) -> None:
        """Forget the inbox of a process that ends."""
        key = keys.inbox(process)
        await self._redis.send(key, "DEL", key)


def _follows(cursor: str, entries: list[Entry]) -> bool:
    """Whether these are all the events from the cursor on."""
    if not entries:
        return False
    first, fields = entries[0]
    return cursor.encode() in (first, fields[1])


def _is_news(cursor: str, entry: Entry) -> bool:
    id, fields = entry
    return id != cursor.encode() and fields[3] != b"begin"


def _events(id: bytes, fields: list[bytes]) -> list[FeedEvent]:
    """What an entry of a feed tells: of one cat that appeared, or of some that vanished."""
    _, _, _, kind, _, cat, _, left, _, body = fields
    name = id.decode()
    if kind == b"appear":
        return [FeedEvent(name, "appear", cat.decode(), _decode(body), int(left))]
    vanished = (cat.decode(), *body.decode().split())
    return [FeedEvent(name, "vanish", each, None, int(left)) for each in vanished]
