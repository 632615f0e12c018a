"""What all processes counted in a second, for big screens.

Each process says its own second in a hash of that second, `{s}:second:<second>`, which goes away by
itself; whoever shows a screen takes the sum. `{s}:totals` is added to by the same call, and raised
to what the books say where some of it was lost. `{s}:watched` tells all that somebody is looking:
until then nobody counts where players are.
"""

from collections.abc import Mapping
from typing import cast

import msgspec
from msgspec import Struct

from gameserver.live import keys
from gameserver.live.link import Argument
from gameserver.live.part import Part
from gameserver.live.scripts import load

SAY = load("say_second")
RAISE = load("raise_totals")


class Counted(Struct, frozen=True, array_like=True):
    """What one process counted in one second, and who is there at its end.

    `catches` and `coupons` are those that players were told of. `here` and `caught` are players and
    catches by H3 cell, as far as somebody watches.
    """

    players: int = 0
    catches: int = 0
    coupons: int = 0
    here: Mapping[int, int] = {}
    caught: Mapping[int, int] = {}


class Totals(Struct, frozen=True):
    """Catches and coupons in all."""

    catches: int
    coupons: int

    def at_least(self, other: "Totals") -> "Totals":
        """The higher of both, each for itself."""
        return Totals(max(self.catches, other.catches), max(self.coupons, other.coupons))


class Heard(Struct, frozen=True):
    """What Redis answers to a second: is it watched anywhere, and the totals if there are any."""

    is_watched: bool
    totals: Totals | None


_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(Counted).decode


class Screens(Part):
    """Seconds and totals."""

    async def say_second(
        self, second: int, process: str, counted: Counted, is_watching: bool
    ) -> Heard:
        """Say what this process counted, once per second, and whether somebody watches here."""
        names = [keys.second(second), keys.TOTALS, keys.WATCHED]
        said: list[Argument] = [
            process,
            _ENCODE(counted),
            counted.catches,
            counted.coupons,
            int(is_watching),
        ]
        answer = cast("list[int | bytes | None]", await self._redis.run(SAY, names, said))
        watched, catches, coupons = answer
        if catches is None or coupons is None:
            return Heard(watched == 1, None)
        return Heard(watched == 1, Totals(int(catches), int(coupons)))

    async def counted(self, second: int) -> list[Counted]:
        """What each process counted in a second, of those that have said so."""
        key = keys.second(second)
        return list(map(_DECODE, cast("list[bytes]", await self._redis.send(key, "HVALS", key))))

    async def raise_totals(self, least: Totals) -> Totals:
        """Raise the totals to at least this; what they are now."""
        said = [least.catches, least.coupons]
        catches, coupons = cast("list[int]", await self._redis.run(RAISE, [keys.TOTALS], said))
        return Totals(catches, coupons)
