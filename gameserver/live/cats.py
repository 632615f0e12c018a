"""The cats of a region: put on the street and taken off by the region's keeper only."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import cast

import msgspec

from gameserver.game.geo import cat_region
from gameserver.game.model import Cat
from gameserver.live import keys
from gameserver.live.errors import LeaseLost
from gameserver.live.part import Part
from gameserver.live.scripts import load

SPAWN = load("spawn_cats")
REMOVE = load("remove_cats")

CHUNK = 100
"""Cats in one run of a script, and in one step of a scan."""

PAGE = 500
"""Entries of an outbox in one read."""

CAMPAIGN = Cat.__struct_fields__.index("campaign") + 1
"""Where Lua finds the campaign in a packed cat."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Cat).decode


class Cats(Part):
    """Calls about cats that are no claims."""

    async def spawn_cats(
        self, region: str, cats: Sequence[Cat], keeper: str, now_ms: int
    ) -> list[str]:
        """Put cats on the street; the ids of those that are alive then, in their order.

        A cat that stands already counts as alive, also when it was caught out, and is not changed.
        One that has expired, or that was removed before, is not spawned. LeaseLost if `keeper`
        does not hold the region's lease.
        """
        of = keys.of_region(region)
        alive: list[str] = []
        for start in range(0, len(cats), CHUNK):
            args: list[str | bytes | int] = [keeper, now_ms]
            for cat in cats[start : start + CHUNK]:
                args += (cat.id, cat.expires_ms, cat.catches, _encode(cat))
            names = [of.lease, of.cats, of.left, of.expiry, of.gone, of.feed]
            outcome, *ids = cast(list[bytes], await self._redis.run(SPAWN, names, args))
            if outcome != b"ok":
                raise LeaseLost(region)
            alive += (cat.decode() for cat in ids)
        return alive

    async def expire_cats(self, region: str, ids: Sequence[str], keeper: str, now_ms: int) -> None:
        """Take those of the cats off the street that are due.

        The feed says `vanish` for those that could still be caught, and the outbox gets an entry
        `expired` for those that carried a campaign. LeaseLost as with `spawn_cats`.
        """
        await self._remove(region, ids, keeper, (now_ms, now_ms))

    async def withdraw_cats(
        self, region: str, ids: Sequence[str], keeper: str, now_ms: int
    ) -> None:
        """Take cats off the street whether they are due or not; else as `expire_cats`."""
        await self._remove(region, ids, keeper, (now_ms, "+inf"))

    async def _remove(
        self, region: str, ids: Sequence[str], keeper: str, now_and_due: tuple[int, int | str]
    ) -> None:
        of = keys.of_region(region)
        names = [of.lease, of.cats, of.left, of.expiry, of.gone, of.feed, of.outbox, of.open]
        for start in range(0, len(ids), CHUNK):
            args = [keeper, *now_and_due, CAMPAIGN, *ids[start : start + CHUNK]]
            if await self._redis.run(REMOVE, names, args) != 1:
                raise LeaseLost(region)

    async def due_cats(self, region: str, now_ms: int, limit: int = 1000) -> list[str]:
        """The ids of cats whose time has come, the longest due first."""
        key = keys.of_region(region).expiry
        ids = await self._redis.send(key, "ZRANGEBYSCORE", key, "-inf", now_ms, "LIMIT", 0, limit)
        return [cat.decode() for cat in cast(list[bytes], ids)]

    async def census(self, region: str) -> list[tuple[Cat, int]]:
        """Every cat of the region with the catches left in it, also 0, and also when it is due.

        Cats that come or go meanwhile may be missing.
        """
        of = keys.of_region(region)
        found: dict[str, tuple[Cat, int]] = {}
        cursor = b"0"
        while True:
            step = await self._redis.send(of.cats, "HSCAN", of.cats, cursor, "COUNT", CHUNK)
            cursor, pairs = cast(tuple[bytes, list[bytes]], step)
            if pairs:
                lefts = await self._redis.send(of.left, "HMGET", of.left, *pairs[::2])
                for body, left in zip(pairs[1::2], cast(list[bytes | None], lefts), strict=True):
                    if left is not None:
                        cat = _decode(body)
                        found[cat.id] = (cat, int(left))
            if cursor == b"0":
                return list(found.values())

    async def alive(self, cats: Sequence[str]) -> list[bool]:
        """For each cat whether it stands on the street or has an entry in the outbox.

        While this is true its reservation is needed. An id that no server made is not alive.
        """
        by_region: defaultdict[str, list[str]] = defaultdict(list)
        for cat in cats:
            try:
                by_region[cat_region(cat)].append(cat)
            except ValueError:
                continue
        found = await asyncio.gather(*(self._alive(*asked) for asked in by_region.items()))
        alive = set[str]().union(*found)
        return [cat in alive for cat in cats]

    async def _alive(self, region: str, ids: list[str]) -> set[str]:
        """Those of a region's cats that are alive.

        First the street: what is not there any more has all its entries already. So few ask this
        that whoever does looks through the outbox, and claims need not keep count.
        """
        key = keys.of_region(region).expiry
        alive: set[str] = set()
        for start in range(0, len(ids), CHUNK):
            some = ids[start : start + CHUNK]
            scores = await self._redis.send(key, "ZMSCORE", key, *some)
            stand = zip(some, cast(list[object], scores), strict=True)
            alive.update(cat for cat, score in stand if score is not None)
        missing = set(ids) - alive
        if missing:
            alive |= missing & await self._in_outbox(region)
        return alive

    async def _in_outbox(self, region: str) -> set[str]:
        """The cats that have entries in a region's outbox."""
        key = keys.of_region(region).outbox
        found: set[str] = set()
        after = b"-"
        while True:
            reply = await self._redis.send(key, "XRANGE", key, after, "+", "COUNT", PAGE)
            entries = cast(list[tuple[bytes, list[bytes]]], reply)
            found.update(fields[3].decode() for _, fields in entries)
            if len(entries) < PAGE:
                return found
            after = b"(" + entries[-1][0]
