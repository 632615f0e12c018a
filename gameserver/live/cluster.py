"""Which server of a Redis Cluster has which keys."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import cast

from redis.exceptions import RedisError

from gameserver.live.address import LiveUrl, Seat
from gameserver.live.link import Link, pack

SLOTS = 16384

ASK_S = 1.0
"""How long one server is waited for, in seconds."""


async def slots_of(url: LiveUrl, seats: Iterable[Seat]) -> list[Seat]:
    """The primary of every slot, asked of the first of the seats that knows all of them.

    ConnectionError where none does.
    """
    reason: object = "no address"
    for seat in seats:
        link = Link(url.connection(seat))
        try:
            async with asyncio.timeout(ASK_S):
                [reply] = await link.exchange([pack("CLUSTER", "SLOTS")])
        except (RedisError, OSError) as error:
            reason = error
            continue
        finally:
            await link.close()
        if isinstance(reply, RedisError):
            reason = reply
            continue
        table = _table(cast(Sequence[Sequence[object]], reply), seat)
        if None not in table:
            return cast(list[Seat], table)
        reason = "not every slot has a primary"
    raise ConnectionError(f"the cluster does not say where its keys are: {reason}")


def _table(ranges: Sequence[Sequence[object]], asked: Seat) -> list[Seat | None]:
    """CLUSTER SLOTS as a table; an empty host means the one that was asked."""
    table: list[Seat | None] = [None] * SLOTS
    for first, last, primary, *_ in cast(Sequence[tuple[int, int, Sequence[object]]], ranges):
        host, port = cast(tuple[bytes | None, int], tuple(primary[:2]))
        seat = (host.decode() if host else asked[0], port)
        table[first : last + 1] = [seat] * (last + 1 - first)
    return table
