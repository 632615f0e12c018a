"""How many players are at stores that want no more than so many at once.

Each process says what it sees, in a hash of the region; what it said is forgotten when it does not
say it again.
"""

from collections import Counter
from collections.abc import Mapping
from typing import cast

import msgspec
from msgspec import Struct

from gameserver.live import keys
from gameserver.live.part import Part
from gameserver.live.scripts import load

SAY = load("say_crowd")

CROWD_MS = 10_000


class _Said(Struct, frozen=True, array_like=True):
    at_ms: int
    players: dict[str, int]


_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(_Said).decode


class Crowds(Part):
    """Counts of players by store."""

    async def say_crowd(
        self, region: str, process: str, players: Mapping[str, int], now_ms: int
    ) -> Counter[str]:
        """Say how many players this process sees at stores of a region; how many all of them see.

        What a process said more than CROWD_MS ago counts no more.
        """
        said = _ENCODE(_Said(now_ms, dict(players)))
        key = keys.of_region(region).crowd
        answers = cast(list[bytes], await self._redis.run(SAY, [key], [process, said, CROWD_MS]))
        total = Counter[str]()
        for answer in map(_DECODE, answers):
            if answer.at_ms > now_ms - CROWD_MS:
                total.update(answer.players)
        return total
